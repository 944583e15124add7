import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { Account } from '../../src/entities/account/account.ts';
import { openVault } from '../../src/entities/account/privacy/vault.ts';
import { ENTITIES } from '../../src/entities/schema.ts';
import { hashPassword } from '../../src/infra/crypto/password.ts';
import { openDatabase } from '../../src/infra/database/database.ts';
import { unitOfWork } from '../../src/infra/database/unit-of-work.ts';
import { DEVELOPMENT } from '../../tools/stack/environment.ts';
import { BENGALURU } from '../support/address.ts';
import type { Answer, Checkout } from '../support/shop.ts';
import { waitFor } from '../support/wait-for.ts';
import type { CrashHarness } from './crash-harness.ts';
import { PATIENCE_MS, type Scenario } from './scenarios.ts';

const PASSWORD = 'correct horse battery';

interface Tokens {
  accessToken: string;
  refreshToken: string;
}

/** Asks until the server answers; one that dies before it could answer is asked again. */
export const persistently = <T>(what: string, ask: () => Promise<Answer<T>>): Promise<Answer<T>> =>
  waitFor(
    what,
    async () =>
      ask().then(
        (answer) => (answer.status >= 500 ? null : answer),
        () => null,
      ),
    PATIENCE_MS,
  );

/**
 * Somebody becomes a customer with the cart of a guest, looks after the account, buys, and leaves; meanwhile staff change
 * something. An answer that was lost is made up for as a person would: who has an account already signs in, whose session
 * ended by a refresh without an answer signs in again.
 */
export const asCustomer: Scenario = {
  name: 'a customer, and staff',
  ends: 'sold',
  prepare: async ({ harness }) => {
    await openStaff(harness);
    return undefined;
  },
  async act(at) {
    const { harness } = at;
    const cart = await at.customer.cart([{ variantId: at.variantId, quantity: 1 }]);
    const email = `crash-${randomUUID()}@example.com`;
    await register(harness, { email, cart });
    await refresh(harness, await signIn(harness, { email, cart }));
    const { accessToken } = await signIn(harness, { email, cart });
    await keepAddress(harness, accessToken);
    await changeAsStaff(harness);
    await askForReset(harness, email);
    const checkout = await buy(harness, { accessToken, cartId: cart.id });
    await expectMail(harness);
    await leave(harness, await signIn(harness, { email, cart }));
    return checkout;
  },
};

interface Guest {
  email: string;
  cart: { id: string; cartToken: string };
}

async function register({ shop, books }: CrashHarness, { email, cart }: Guest): Promise<void> {
  const body = { email, password: PASSWORD, name: 'Asha Rao', cartId: cart.id };
  const answer = await persistently('somebody is registered', () =>
    shop.ask('POST', '/account/register', { token: cart.cartToken, body }),
  );
  // 409: the account was made, and only the answer was lost.
  expect([201, 409]).to.include(answer.status);
  const rows = await books.query(`select customer_id from carts where id = $1 and customer_id is not null`, [cart.id]);
  expect(rows, 'the cart came along with the account').to.have.length(1);
}

async function signIn({ shop }: CrashHarness, { email, cart }: Guest): Promise<Tokens> {
  const body = { email, password: PASSWORD, cartId: cart.id };
  const answer = await persistently('the customer is signed in', () =>
    shop.ask<Tokens>('POST', '/account/login', { token: cart.cartToken, body }),
  );
  expect(answer.status).to.equal(200);
  return answer.body;
}

/** A token whose first use was not answered has ended its session: at no time two tokens work. */
async function refresh({ shop }: CrashHarness, { refreshToken }: Tokens): Promise<void> {
  const answer = await persistently('the session is refreshed', () =>
    shop.ask<Tokens>('POST', '/account/refresh', { body: { refreshToken } }),
  );
  expect([200, 401]).to.include(answer.status);
}

async function keepAddress({ shop }: CrashHarness, accessToken: string): Promise<void> {
  const headers = { 'idempotency-key': randomUUID() };
  const request = { accessToken, headers, body: BENGALURU };
  const answer = await persistently('the address is kept', () => shop.ask('POST', '/account/addresses', request));
  expect(answer.status).to.equal(201);
  const { body } = await shop.ask<{ data: object[] }>('GET', '/account/addresses', { accessToken });
  expect(body.data, 'kept once').to.have.length(1);
}

/** Its mail, and the search for the account before it, are awaited with all others. */
async function askForReset({ shop }: CrashHarness, email: string): Promise<void> {
  const ask = () => shop.ask('POST', '/account/password/forgotten', { body: { email } });
  expect((await persistently('a reset mail is asked for', ask)).status).to.equal(202);
}

async function buy(
  { shop }: CrashHarness,
  { accessToken, cartId }: { accessToken: string; cartId: string },
): Promise<Checkout> {
  const headers = { 'idempotency-key': randomUUID() };
  const body = {
    cartId,
    email: `${randomUUID()}@example.com`,
    shippingAddress: BENGALURU,
    paymentMethod: 'pm_card_visa',
  };
  const answer = await persistently('the checkout is accepted', () =>
    shop.ask<Checkout>('POST', '/checkout', { accessToken, headers, body }),
  );
  expect(answer.status, JSON.stringify(answer.body)).to.be.oneOf([200, 202]);
  return shop.settled({ ...answer.body, cartToken: '', accessToken }, PATIENCE_MS);
}

async function leave({ shop, books }: CrashHarness, { accessToken }: Tokens): Promise<void> {
  const answer = await persistently('the customer is signed out', () =>
    shop.ask('POST', '/account/logout', { accessToken }),
  );
  expect([204, 401]).to.include(answer.status);
  const { sid } = JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString());
  expect(await books.query(`select 1 from sessions where id = $1 and revoked_at is null`, [sid])).to.deep.equal([]);
}

/** The change and its audit row are there once, however often it was asked for. */
const admin = (path: string) => `/../admin/${path}`;

export async function signInStaff({ shop }: CrashHarness): Promise<Tokens> {
  const body = { email: 'crash-admin@example.com', password: PASSWORD };
  const signIn = () => shop.ask<Tokens>('POST', admin('account/login'), { body });
  return (await persistently('staff are signed in', signIn)).body;
}

async function changeAsStaff(harness: CrashHarness): Promise<void> {
  const { shop, books } = harness;
  const tokens = await signInStaff(harness);
  const name = `group ${randomUUID()}`;
  const headers = { 'idempotency-key': randomUUID() };
  const request = { accessToken: tokens.accessToken, headers, body: { name } };
  const answer = await persistently('a group is made', () => shop.ask('POST', admin('customer-groups'), request));
  expect(answer.status).to.equal(201);
  const audited = `select 1 from audit_log where action = 'customer-group.create' and after->>'name' = $1`;
  expect(await books.query(audited, [name])).to.have.length(1);
  expect(await books.query(`select 1 from customer_groups where name = $1`, [name])).to.have.length(1);
}

/** Until the mails are on their way their commands stay in the outbox. */
const expectMail = ({ books }: CrashHarness): Promise<unknown> =>
  waitFor(
    'the mails are sent',
    async () => (await books.query(`select 1 from outbox where name in ('mail.reset', 'mail.send')`)).length === 0,
    PATIENCE_MS,
  );

/** Creates a staff account that may sign in. */
export async function openStaff({ databaseUrl }: CrashHarness): Promise<void> {
  const db = await openDatabase({ url: databaseUrl, entities: ENTITIES, connections: 1 });
  const vault = openVault({ dataKeys: DEVELOPMENT.DATA_KEYS, secret: DEVELOPMENT.APP_SECRET });
  const email = 'crash-admin@example.com';
  const passwordHash = await hashPassword(PASSWORD);
  try {
    const [role] = await db.query<{ id: string }>(`select id from roles where name = 'admin'`);
    const known = await db.query(`select 1 from accounts where email_index = $1`, [vault.indexOf(email)]);
    if (known.length > 0) return;
    const from = { kind: 'staff' as const, email, name: 'Admin', phone: null, passwordHash, roleId: role?.id ?? '' };
    await unitOfWork(db, 'test', async (tx) => Account.open(tx, vault, from));
  } finally {
    await db.close();
  }
}
