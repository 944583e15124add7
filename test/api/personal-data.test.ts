import { expect } from 'chai';
import type { z } from 'zod';
import { personalDataSchema } from '../../src/api/views/personal-data.ts';
import { eraseCustomer, holdAccount, lockForErasure } from '../../src/entities/people/erasure.ts';
import { newId } from '../../src/infra/ids.ts';
import { isSealed } from '../../src/infra/key-ring.ts';
import { type Tx, unitOfWork } from '../../src/infra/unit-of-work.ts';
import { BENGALURU, MUMBAI } from '../support/address.ts';
import { stockVariant } from '../support/books.ts';
import { waitFor } from '../support/wait-for.ts';
import { openPeopleShop, PASSWORD, type PeopleShop, type Tokens } from './people-shop.ts';

const ACCOUNT = '/store/account';
const LARGE = 50_000_00;

type File = z.infer<typeof personalDataSchema>;

interface Person {
  id: string;
  email: string;
  accessToken: string;
}

describe('personal data', function () {
  this.timeout(30_000);
  let shop: PeopleShop;
  let asha: Person;
  before(async () => {
    shop = await openPeopleShop();
  });
  after(() => shop.close());
  beforeEach(async () => {
    asha = await customer('Asha Rao');
  });

  const query = <R extends object>(sql: string, params: unknown[] = []) => shop.db.query<R>(sql, params);
  const seal = (text: string, place: string) => shop.deps.vault.ring.seal(text, place);
  const inTransaction = <T>(work: (tx: Tx) => Promise<T>) => unitOfWork(shop.db, 'test', work);

  async function customer(name: string): Promise<Person> {
    const account = await shop.account({ name, phone: '+91 98450 12345' });
    const { email } = account.person(shop.deps.vault);
    return { id: account.id, email, accessToken: (await signIn(email)).body.accessToken };
  }

  const signIn = (email: string) =>
    shop.ask<Tokens>('POST', `${ACCOUNT}/login`, {
      body: { email, password: PASSWORD },
      headers: { 'user-agent': 'Netscape 4' },
    });

  const takeAway = (token?: string) => shop.ask<File>('GET', `${ACCOUNT}/export`, token === undefined ? {} : { token });

  const erase = ({ accessToken }: Person, password = PASSWORD) =>
    shop.ask('POST', `${ACCOUNT}/erasure`, { token: accessToken, body: { password } });

  async function cart({ accessToken }: Person): Promise<string> {
    const items = [{ variantId: await stockVariant(shop.db.query, { stock: 5 }), quantity: 2 }];
    const { status, body } = await shop.ask<{ id: string }>('POST', '/store/cart', {
      token: accessToken,
      body: { items },
    });
    expect(status).to.equal(201);
    return body.id;
  }

  const checkOut = ({ accessToken, email }: Person, cartId: string) =>
    shop.ask<{ id: string }>('POST', '/store/checkout', {
      token: accessToken,
      body: { cartId, email, shippingAddress: BENGALURU, billingAddress: MUMBAI, paymentMethod: 'pm_card_visa' },
    });

  /** A checkout that has ended, with an order of that taxable value or without one. */
  async function ended(person: Person, taxableValue?: number): Promise<string> {
    const { status, body } = await checkOut(person, await cart(person));
    expect(status).to.equal(202);
    const state = taxableValue === undefined ? 'CANCELLED' : 'COMPLETED';
    await query(`update checkouts set state = $2, busy = false, total = $3, reason = $4 where id = $1`, [
      body.id,
      state,
      taxableValue ?? 0,
      taxableValue === undefined ? 'CANCELLED_BY_CUSTOMER' : null,
    ]);
    if (taxableValue !== undefined) await order(body.id, taxableValue);
    return body.id;
  }

  async function order(checkoutId: string, taxableValue: number): Promise<void> {
    const tax = 360;
    await query(
      `with own as (select * from checkouts where id = $1),
        placed as (insert into orders (id, checkout_id, customer_id, state, currency, prices_include_tax, subtotal, discount,
            shipping, tax, total, placed_at)
          select order_id, id, customer_id, 'CONFIRMED', 'INR', true, $2::bigint + $3, 0, 0, $3, $2 + $3, now() from own),
        numbered as (insert into order_numbers (order_id) select order_id from own)
      insert into order_lines select order_id, 1, l.variant_id, 'KURTA-1', 'Kurta', '6109', 1, $2 + $3, $2 + $3, 0, $2, 5, 0, 0, $3, '{}'
        from own join checkout_lines l on l.checkout_id = own.id`,
      [checkoutId, taxableValue, tax],
    );
  }

  async function address({ id }: Person): Promise<void> {
    const addressId = newId();
    const text = seal(JSON.stringify(MUMBAI), `addresses.address:${addressId}`);
    await query(`insert into addresses values ($1, $2, $3, true, 1, now(), now())`, [addressId, id, text]);
  }

  /** Whatever else is kept of a person: a token, a recovery code, a group. */
  async function belongings({ id }: Person): Promise<void> {
    await address({ id } as Person);
    await query(`insert into account_tokens values ($1, $2, 'verify-email', now(), now() + interval '1 h')`, [
      newId(),
      id,
    ]);
    await query(`insert into recovery_codes values ($1, 'hash')`, [id]);
    const groupId = newId();
    await query(`insert into customer_groups values ($1, $2, 1, now(), now())`, [groupId, `Group ${groupId}`]);
    await query(`insert into customer_group_members values ($1, $2, now())`, [id, groupId]);
  }

  const remains = async ({ id }: Pick<Person, 'id'>) => {
    const [row] = await query<Record<string, number>>(
      `select (select count(*) from addresses where account_id = $1) + (select count(*) from account_tokens where account_id = $1)
          + (select count(*) from recovery_codes where account_id = $1)
          + (select count(*) from customer_group_members where account_id = $1) as belongings,
        (select count(*) from sessions where account_id = $1 and revoked_at is null) as live,
        (select count(*) from sessions where account_id = $1 and length(split_part(client, '.', 3)) > 38) as clients,
        (select count(*) from refresh_tokens where session_id in (select id from sessions where account_id = $1)) as tokens,
        (select count(*) from checkouts where customer_id = $1 and email is not null) as emails,
        (select count(*) from checkouts where customer_id = $1 and shipping_address is not null) as addresses`,
      [id],
    );
    return row;
  };
  const NOTHING = { belongings: 0, live: 0, clients: 0, tokens: 0, emails: 0, addresses: 0 };

  describe('exported', () => {
    it('is all that is kept about the customer, in clear, and nothing of anybody else', async () => {
      const meera = await customer('Meera Iyer');
      for (const person of [asha, meera]) {
        await belongings(person);
        await cart(person);
        await ended(person, 1_000_00);
      }
      const { status, headers, body } = await takeAway(asha.accessToken);
      expect([status, headers.get('cache-control')]).to.deep.equal([200, 'no-store']);
      expect(personalDataSchema.safeParse(body).error).to.equal(undefined);
      expect(body.profile).to.deep.include({
        id: asha.id,
        email: asha.email,
        name: 'Asha Rao',
        phone: '+91 98450 12345',
      });
      expect(body.addresses.map((one) => one.address)).to.deep.equal([MUMBAI]);
      expect(body.groups).to.have.length(1);
      expect(body.sessions).to.have.length(1).and.have.nested.property('[0].client', 'Netscape 4');
      expect(body.carts).to.have.length(2);
      expect(body.carts[0]?.items[0]).to.include({ title: 'Kurta', quantity: 2 });
      expect(body.checkouts).to.have.length(1);
      expect(body.checkouts[0]).to.deep.include({
        email: asha.email,
        shippingAddress: BENGALURU,
        billingAddress: MUMBAI,
        payments: [{ method: 'pm_card_visa', status: 'pending' }],
      });
      expect(body.orders).to.have.length(1);
      expect(body.orders[0]).to.deep.include({ total: 1_003_60, tax: 3_60, placeOfSupply: 'IN-KA' });
      expect(body.orders[0]?.number).to.match(/^VC-\d{6}$/);
      expect(body.orders[0]?.lines[0]).to.include({
        sku: 'KURTA-1',
        taxableValue: 1_000_00,
        igst: 3_60,
        ratePercent: '5.0000',
      });
      expect(JSON.stringify(body)).not.to.include('Meera').and.not.include(meera.id);
    });

    it('to nobody who has not signed in as that customer', async () => {
      expect((await takeAway()).status).to.equal(401);
      const { accessToken } = await shop.staff('admin');
      expect((await takeAway(accessToken)).status).to.equal(403);
    });
  });

  describe('of a guest', () => {
    /** A checkout that a guest began and cancelled; the cart is then brought along to the account. */
    async function bring(person: Person): Promise<string> {
      const items = [{ variantId: await stockVariant(shop.db.query, { stock: 5 }), quantity: 1 }];
      const { body: cart } = await shop.ask<{ id: string; cartToken: string }>('POST', '/store/cart', {
        body: { items },
      });
      const { cartToken } = cart;
      const body = { cartId: cart.id, email: 'guest@example.com', shippingAddress: BENGALURU };
      const { body: checkout } = await shop.ask<{ id: string }>('POST', '/store/checkout', { body, cartToken });
      const over = `update checkouts set state = 'CANCELLED', busy = false, reason = 'CANCELLED_BY_CUSTOMER' where id = $1`;
      await query(over, [checkout.id]);
      await query(`update carts set status = 'open' where id = $1`, [cart.id]);
      const credentials = { email: person.email, password: PASSWORD, cartId: cart.id };
      expect((await shop.ask('POST', `${ACCOUNT}/login`, { body: credentials, cartToken })).status).to.equal(200);
      return checkout.id;
    }

    it('who signed in later with the cart is exported and erased with the account', async () => {
      const [first, second] = [await bring(asha), await bring(asha)];
      const { body } = await takeAway(asha.accessToken);
      expect(body.checkouts.map(({ id, email }) => [id, email])).to.deep.equal([
        [first, 'guest@example.com'],
        [second, 'guest@example.com'],
      ]);
      expect((await erase(asha)).status).to.equal(204);
      const left = await query(`select email, shipping_address from checkouts where id = any($1)`, [[first, second]]);
      expect(left).to.deep.equal(Array(2).fill({ email: null, shipping_address: null }));
    });

    it('is found in clear as well, where an earlier version left it so', async () => {
      const id = await bring(asha);
      const clear = `update checkouts set email = 'guest@example.com', shipping_address = $2 where id = $1`;
      await query(clear, [id, JSON.stringify(MUMBAI)]);
      const { body } = await takeAway(asha.accessToken);
      expect(body.checkouts[0]).to.deep.include({ email: 'guest@example.com', shippingAddress: MUMBAI });
    });
  });

  describe('erased by the customer', () => {
    it('is gone: account, belongings, sessions, and what checkouts knew', async () => {
      await belongings(asha);
      await ended(asha);
      await ended(asha, 1_000_00);
      const { status, body } = await erase(asha);
      expect([status, body]).to.deep.equal([204, '']);
      expect(await remains(asha)).to.deep.equal(NOTHING);
      const [account] = await query(
        `select status, email, email_index, name, phone, password_hash, totp_secret from accounts where id = $1`,
        [asha.id],
      );
      expect(account).to.deep.equal({
        status: 'erased',
        email: null,
        email_index: null,
        name: null,
        phone: null,
        password_hash: null,
        totp_secret: null,
      });
      const [session] = await query<{ id: string; client: string }>(
        `select id, client from sessions where account_id = $1`,
        [asha.id],
      );
      expect(shop.deps.vault.ring.open(session?.client ?? '', `sessions.client:${session?.id}`)).to.equal('');
      await waitFor('the session is refused', async () => {
        return (await takeAway(asha.accessToken)).status === 401;
      });
      expect((await signIn(asha.email)).status).to.equal(401);
    });

    it('leaves the orders with their numbers, and everybody else as they are', async () => {
      const meera = await customer('Meera Iyer');
      for (const person of [asha, meera]) {
        await belongings(person);
        await ended(person, 1_000_00);
      }
      const lines = () => query(`select o.*, l.* from orders o join order_lines l on l.order_id = o.id order by o.id`);
      const [orders, others] = [await lines(), await remains(meera)];
      expect((await erase(asha)).status).to.equal(204);
      expect(await lines()).to.deep.equal(orders);
      expect(await remains(meera)).to.deep.equal(others);
      expect((await takeAway(meera.accessToken)).body.checkouts[0]?.email).to.equal(meera.email);
    });

    it('keeps name and address of what an invoice has to name: from fifty thousand rupees, without tax', async () => {
      const [large, small] = [await ended(asha, LARGE), await ended(asha, LARGE - 1)];
      expect((await erase(asha)).status).to.equal(204);
      const rows = await query<{ id: string; email: null; shipping: string | null; billing: string | null }>(
        `select id, email, shipping_address as shipping, billing_address as billing from checkouts where customer_id = $1 order by id`,
        [asha.id],
      );
      const { phone: _, ...nameAndAddress } = BENGALURU;
      const open = (text: string | null | undefined, column: string) =>
        JSON.parse(shop.deps.vault.ring.open(text ?? '', `checkouts.${column}:${large}`));
      expect(rows.map(({ id, email }) => [id, email])).to.deep.equal([
        [large, null],
        [small, null],
      ]);
      expect(open(rows[0]?.shipping, 'shipping_address')).to.deep.equal(nameAndAddress);
      expect(open(rows[0]?.billing, 'billing_address')).to.deep.equal(MUMBAI);
      expect(rows[1]).to.include({ shipping: null, billing: null });
    });

    it('is refused with a wrong password, and while a checkout is in progress, and then changes nothing', async () => {
      await belongings(asha);
      const wrong = await erase(asha, 'a wrong password');
      expect([wrong.status, wrong.body.error.code]).to.deep.equal([422, 'PASSWORD_WRONG']);
      const { body: checkout } = await checkOut(asha, await cart(asha));
      const busy = await erase(asha);
      expect([busy.status, busy.body.error.code]).to.deep.equal([409, 'CHECKOUT_IN_PROGRESS']);
      expect(busy.body.error.details).to.deep.equal({ checkoutId: checkout.id });
      expect(await remains(asha)).to.deep.include({ belongings: 4, live: 1, emails: 1, addresses: 1 });
    });

    it('lets the same e-mail address open another account, which knows nothing of the first', async () => {
      await ended(asha, 1_000_00);
      await erase(asha);
      const again = await shop.account({ email: asha.email, name: 'Asha Rao' });
      expect(again.id).not.to.equal(asha.id);
      const { accessToken } = (await signIn(asha.email)).body;
      expect((await takeAway(accessToken)).body.orders).to.deep.equal([]);
    });

    it('once, however many ask at once', async () => {
      const answers = await Promise.all(Array.from({ length: 8 }, () => erase(asha)));
      const statuses = answers.map(({ status }) => status).toSorted();
      expect(statuses[0]).to.equal(204);
      expect(statuses.slice(1).every((status) => status === 401 || status === 422)).to.equal(true, String(statuses));
      expect(await remains(asha)).to.deep.equal(NOTHING);
    });

    it('leaves no session behind that began at the same time', async () => {
      await Promise.all([erase(asha), ...Array.from({ length: 10 }, () => signIn(asha.email))]);
      expect(await remains(asha)).to.deep.equal(NOTHING);
    });

    it('leaves no checkout behind that was started at the same time: one of the two is refused', async () => {
      for (let turn = 0; turn < 5; turn += 1) {
        const person = await customer('Asha Rao');
        const cartId = await cart(person);
        const [erasure, checkout] = await Promise.all([erase(person), checkOut(person, cartId)]);
        expect([[204, 401].join(), [409, 202].join()]).to.include([erasure.status, checkout.status].join());
        if (erasure.status === 204) expect(await remains(person)).to.deep.equal(NOTHING);
      }
    });

    it('lets no checkout through that was waiting for it', async () => {
      const cartId = await cart(asha);
      const started = await inTransaction(async (tx) => {
        const account = await lockForErasure(tx, asha.id);
        if (!account) throw new Error('there is no such account');
        const starting = checkOut(asha, cartId);
        await waitFor('the checkout waits', blocked);
        await eraseCustomer(tx, shop.deps.vault, account);
        return { starting };
      });
      expect((await started.starting).status).to.equal(401);
      expect(await query(`select 1 from checkouts where customer_id = $1`, [asha.id])).to.deep.equal([]);
    });

    it('waits for whoever holds the account', async () => {
      const erasing = await inTransaction(async (tx) => {
        expect(await holdAccount(tx, asha.id)).to.equal(true);
        const erasing = erase(asha);
        await waitFor('the erasure waits', blocked);
        return { erasing };
      });
      expect((await erasing.erasing).status).to.equal(204);
      expect(await inTransaction((tx) => holdAccount(tx, asha.id))).to.equal(false);
    });
  });

  describe('in idempotent answers', () => {
    const add = (key: string) =>
      shop.ask<{ id: string }>('POST', `${ACCOUNT}/addresses`, {
        token: asha.accessToken,
        body: MUMBAI,
        headers: { 'idempotency-key': key },
      });

    it('is sealed, and answered again as it was', async () => {
      const key = newId();
      const first = await add(key);
      const again = await add(key);
      expect([again.status, again.body]).to.deep.equal([first.status, first.body]);
      expect(again.headers.get('idempotent-replayed')).to.equal('true');
      const [row] = await query<{ body: string }>(`select body from idempotency_keys where key = $1`, [key]);
      expect(isSealed(row?.body ?? '')).to.equal(true);
    });

    it('is answered also where an earlier version kept it in clear', async () => {
      const key = newId();
      const { body } = await add(key);
      await query(`update idempotency_keys set body = $2 where key = $1`, [key, JSON.stringify(body)]);
      expect((await add(key)).body).to.deep.equal(body);
    });
  });

  describe('asked for by staff', () => {
    const admin = (id: string, what: string) => `/admin/customers/${id}/${what}`;

    it('is the same file', async () => {
      await ended(asha, 1_000_00);
      const { accessToken: token } = await shop.staff('support');
      const { body: own } = await takeAway(asha.accessToken);
      const { status, body } = await shop.ask<File>('GET', admin(asha.id, 'export'), { token });
      expect(status).to.equal(200);
      expect({ ...body, exportedAt: own.exportedAt }).to.deep.equal(own);
    });

    it('is erased once, with a row in the audit log that says nothing personal', async () => {
      await belongings(asha);
      await ended(asha, LARGE);
      const { accessToken: token, accountId } = await shop.staff('admin');
      const headers = { 'idempotency-key': newId() };
      const answers = [
        await shop.ask('POST', admin(asha.id, 'erasure'), { token, headers }),
        await shop.ask('POST', admin(asha.id, 'erasure'), { token, headers }),
      ];
      expect(answers.map(({ status }) => status)).to.deep.equal([204, 204]);
      expect(await remains(asha)).to.deep.equal({ ...NOTHING, addresses: 1 });
      const log = await query(
        `select actor_kind, actor_id, action, target_type, before, after from audit_log where target_id = $1`,
        [asha.id],
      );
      expect(log).to.deep.equal([
        {
          actor_kind: 'staff',
          actor_id: accountId,
          action: 'customer.erase',
          target_type: 'customer',
          before: { status: 'active' },
          after: { status: 'erased', invoiced: 1 },
        },
      ]);
      const again = await shop.ask('POST', admin(asha.id, 'erasure'), { token });
      expect([again.status, again.body.error.code]).to.deep.equal([404, 'CUSTOMER_NOT_FOUND']);
      expect((await shop.ask('GET', admin(asha.id, 'export'), { token })).status).to.equal(404);
    });

    it('is not found for members of staff and unknown ids', async () => {
      const { accessToken: token, accountId } = await shop.staff('admin');
      for (const id of [accountId, newId()]) {
        expect((await shop.ask('GET', admin(id, 'export'), { token })).status).to.equal(404);
        expect((await shop.ask('POST', admin(id, 'erasure'), { token })).status).to.equal(404);
      }
    });

    it('leaves with a member of staff, too', async () => {
      const [{ accessToken: token }, leaving] = [await shop.staff('admin'), await shop.staff('support')];
      expect((await shop.ask('DELETE', `/admin/staff/${leaving.accountId}`, { token })).status).to.equal(204);
      expect(await remains({ id: leaving.accountId })).to.deep.equal(NOTHING);
    });

    it('is not erased by those who may only read', async () => {
      const { accessToken: token } = await shop.staff('support');
      expect((await shop.ask('POST', admin(asha.id, 'erasure'), { token })).status).to.equal(403);
      expect((await shop.ask('POST', admin(asha.id, 'erasure'), { token: asha.accessToken })).status).to.equal(403);
      expect(await remains(asha)).to.deep.include({ live: 1 });
    });
  });

  const blocked = async (): Promise<boolean> => {
    const rows = await query(
      `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return rows.length > 0;
  };
});
