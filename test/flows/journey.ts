import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TOTP } from 'otpauth';
import { Account } from '../../src/entities/account/account.ts';
import { openVault } from '../../src/entities/account/privacy/vault.ts';
import { ENTITIES } from '../../src/entities/schema.ts';
import { hashPassword } from '../../src/infra/crypto/password.ts';
import { openDatabase } from '../../src/infra/database/database.ts';
import { unitOfWork } from '../../src/infra/database/unit-of-work.ts';
import { stackEnvironment } from '../../tools/stack/environment.ts';
import { mailsIn, tokenIn } from '../support/mails.ts';
import { plantExchange, planted } from '../support/secrets.ts';
import { waitFor } from '../support/wait-for.ts';
import type { Flow } from './stack.ts';

interface Request {
  body?: unknown;
  headers?: Record<string, string>;
}

interface Reply<T> {
  status: number;
  body: T;
}

interface Tokens {
  accessToken: string;
  refreshToken: string;
}

/** Somebody who can be recognised wherever they leave a trace. */
export const ZAMBRANA = {
  name: 'Quintalia Zambrana',
  email: 'quintalia.zambrana@brumbelfield.example',
  phone: '+91 98450 77131',
  password: 'Ruebezahl-knows-the-way-9',
  client: 'Wunderfitz/7.3 (Brumbelfone)',
};
const HOME = {
  name: 'Quintalia Zambrana-Okonjo',
  line1: '77 Flimmerrode Terrace',
  line2: 'Behind the Xylothek',
  city: 'Bengaluru',
  state: 'IN-KA',
  postalCode: '560001',
  country: 'IN',
  phone: '+91 98450 88242',
};
const STAFF = { name: 'Ottokar Pfefferkorn', email: 'ottokar@pfefferkorn.example', password: 'Siebenmeilenstiefel-44' };
const CARDS = { declined: 'pm_card_chargeDeclined', good: 'pm_card_mastercard' };

/** A client that remembers every secret that it sends or is told. */
function clientOf(url: string) {
  return async <T = unknown>(method: string, path: string, { body, headers }: Request = {}): Promise<Reply<T>> => {
    const isJson = typeof body === 'object';
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: { 'user-agent': ZAMBRANA.client, 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body: isJson ? JSON.stringify(body) : String(body) }),
    });
    const text = await response.text();
    const answered = text ? JSON.parse(text) : null;
    // What a key is called says nothing of anybody.
    const isOfPeople = isJson && !path.startsWith('/admin/api-keys');
    plantExchange({ sent: isOfPeople ? body : undefined, answered });
    return { status: response.status, body: answered };
  };
}

/** Everything a person and the staff do in a shop, with the mistakes they make. @returns the statuses of all steps. */
export async function travel(flow: Flow): Promise<Record<string, number>> {
  const steps: Record<string, number> = {};
  const ask = clientOf(flow.stack.url);
  for (const [field, text] of [...Object.entries(ZAMBRANA), ...Object.entries(STAFF)]) planted.plant(field, text);
  for (const field of ['name', 'line1', 'line2', 'phone'] as const) planted.plant(field, HOME[field]);
  for (const card of Object.values(CARDS)) planted.plant('card', card);
  const step = async <T>(name: string, reply: Promise<Reply<T>>): Promise<T> => {
    const { status, body } = await reply;
    steps[name] = status;
    return body;
  };
  const customer = await beCustomer(flow, ask, step);
  await buy(flow, ask, { step, ...customer });
  await stumble(ask, { step, ...customer });
  await beLookedAfter(flow, ask, { step, ...customer });
  await resetPassword(flow, ask, step);
  return steps;
}

type Ask = ReturnType<typeof clientOf>;
type Step = <T>(name: string, reply: Promise<Reply<T>>) => Promise<T>;
interface Traveller {
  step: Step;
  id: string;
  bearer: Record<string, string>;
}

const bearerOf = ({ accessToken }: Tokens) => ({ authorization: `Bearer ${accessToken}` });

async function beCustomer(flow: Flow, ask: Ask, step: Step): Promise<{ id: string; bearer: Record<string, string> }> {
  const { client: _, ...body } = ZAMBRANA;
  const { customer } = await step(
    'register',
    ask<Tokens & { customer: { id: string } }>('POST', '/store/account/register', { body }),
  );
  const token = await mailedToken(flow, 'verify-email');
  await step('verify', ask('POST', '/store/account/email/verify', { body: { token } }));
  const { email, password } = ZAMBRANA;
  const tokens = await step('login', ask<Tokens>('POST', '/store/account/login', { body: { email, password } }));
  const { refreshToken } = tokens;
  const fresh = await step('refresh', ask<Tokens>('POST', '/store/account/refresh', { body: { refreshToken } }));
  const bearer = bearerOf(fresh);
  await step(
    'address',
    ask('POST', '/store/account/addresses', { body: { ...HOME, isDefault: true }, headers: bearer }),
  );
  const headers = { ...bearer, 'idempotency-key': randomUUID() };
  await step('address again', ask('POST', '/store/account/addresses', { body: HOME, headers }));
  await step('profile', ask('PATCH', '/store/account', { body: { phone: '+91 98450 66353' }, headers: bearer }));
  return { id: customer.id, bearer };
}

async function buy({ books, shop }: Flow, ask: Ask, { step, bearer }: Traveller): Promise<void> {
  const items = [{ variantId: await books.stock({ stock: 3 }), quantity: 1 }];
  const guest = await step(
    'guest cart',
    ask<{ id: string; cartToken: string }>('POST', '/store/cart', { body: { items } }),
  );
  const { email, password } = ZAMBRANA;
  const body = { email, password, cartId: guest.id };
  await step('bring', ask('POST', '/store/account/login', { body, headers: { 'x-cart-token': guest.cartToken } }));
  const start = { cartId: guest.id, email, shippingAddress: HOME, billingAddress: HOME, paymentMethod: CARDS.declined };
  const headers = { ...bearer, 'idempotency-key': randomUUID(), prefer: 'wait=20' };
  const { id } = await step('declined', ask<{ id: string }>('POST', '/store/checkout', { body: start, headers }));
  const payment = { body: { paymentMethod: CARDS.good }, headers: { ...bearer, prefer: 'wait=20' } };
  await step('paid', ask('POST', `/store/checkout/${id}/payment`, payment));
  await step('look', ask('GET', `/store/checkout/${id}`, { headers: bearer }));
  // A guest, too, leaves a name.
  await shop.buy(items, { email, address: HOME, method: CARDS.good });
}

/** Requests that are wrong in ways that make a server quote what it was sent. */
async function stumble(ask: Ask, { step, bearer }: Traveller): Promise<void> {
  const { client: _, ...known } = ZAMBRANA;
  const cut = JSON.stringify({ ...known, address: HOME }).slice(0, -5);
  await step('broken JSON', ask('POST', '/store/account/register', { body: cut }));
  await step('taken', ask('POST', '/store/account/register', { body: known }));
  const wrong = { email: ZAMBRANA.email, password: 'Rumpelstilzchen-1812' };
  await step('wrong password', ask('POST', '/store/account/login', { body: wrong }));
  const strange = { [ZAMBRANA.email]: HOME, name: { first: ZAMBRANA.name }, line1: [HOME.line1] };
  await step('wrong shape', ask('POST', '/store/account/addresses', { body: strange, headers: bearer }));
  await step('in the path', ask('GET', `/store/${encodeURIComponent(ZAMBRANA.email)}`));
  await step('in an id', ask('GET', `/store/products/${encodeURIComponent(ZAMBRANA.name)}`));
  await step('in the query', ask('GET', `/store/products?q=${encodeURIComponent(ZAMBRANA.name)}`));
  await step('no text', ask('GET', `/store/products?q=${encodeURIComponent(`${ZAMBRANA.name}\u0000`)}`));
  await step('in a cursor', ask('GET', `/store/products?cursor=${encodeURIComponent(ZAMBRANA.email)}`));
  const tampered = { authorization: `${bearer.authorization}x` };
  await step('tampered', ask('GET', '/store/account', { headers: tampered }));
  await step(
    'password in the wrong place',
    ask('GET', '/store/account', {
      headers: { authorization: `Basic ${btoa(`${ZAMBRANA.email}:${ZAMBRANA.password}`)}` },
    }),
  );
}

async function beLookedAfter(flow: Flow, ask: Ask, { step, id, bearer }: Traveller): Promise<void> {
  await hire(flow);
  const { email, password } = STAFF;
  const staff = bearerOf(
    await step('staff', ask<Tokens>('POST', '/admin/account/login', { body: { email, password } })),
  );
  await giveSecondFactor(ask, step, staff);
  const search = `/admin/customers?email=${encodeURIComponent(ZAMBRANA.email)}`;
  await step('search', ask('GET', search, { headers: staff }));
  const orders = `/admin/orders?email=${encodeURIComponent(ZAMBRANA.email)}`;
  await step('search orders', ask('GET', orders, { headers: staff }));
  const body = { name: 'Quintalia Zambrana the Second', phone: '+91 98450 55464' };
  await step('change', ask('PATCH', `/admin/customers/${id}`, { body, headers: { ...staff, 'if-match': '*' } }));
  await step('staff address', ask('POST', `/admin/customers/${id}/addresses`, { body: HOME, headers: staff }));
  const key = { name: 'Warehouse', permissions: ['customers:read'] };
  const made = await step('key', ask<{ secret: string }>('POST', '/admin/api-keys', { body: key, headers: staff }));
  await step('by key', ask('GET', search, { headers: { 'x-api-key': made.secret } }));
  await step('audit log', ask('GET', '/admin/audit-log', { headers: staff }));
  await step('export', ask('GET', '/store/account/export', { headers: bearer }));
  await step('staff export', ask('GET', `/admin/customers/${id}/export`, { headers: staff }));
}

async function giveSecondFactor(ask: Ask, step: Step, staff: Record<string, string>): Promise<void> {
  const { email, password } = STAFF;
  const { secret } = await step('mfa', ask<{ secret: string }>('POST', '/admin/account/mfa', { headers: staff }));
  const code = new TOTP({ secret }).generate();
  const confirm = { body: { code }, headers: staff };
  const { recoveryCodes } = await step(
    'confirm',
    ask<{ recoveryCodes: string[] }>('POST', '/admin/account/mfa/confirm', confirm),
  );
  const again = bearerOf(
    await step('staff again', ask<Tokens>('POST', '/admin/account/login', { body: { email, password } })),
  );
  const wrong = { body: { code: 'notacode-atall' }, headers: again };
  await step('wrong code', ask('POST', '/admin/account/mfa/verify', wrong));
  const recovery = { body: { code: recoveryCodes[0] }, headers: again };
  await step('recovery code', ask('POST', '/admin/account/mfa/verify', recovery));
}

async function resetPassword(flow: Flow, ask: Ask, step: Step): Promise<void> {
  const repair = await damage(flow);
  await step('forgotten', ask('POST', '/store/account/password/forgotten', { body: { email: ZAMBRANA.email } }));
  await waitFor('the mail fails', async () =>
    (await readFile(join(flow.logs, 'worker.log'), 'utf8')).includes('job.retried'),
  );
  await repair();
  const token = await mailedToken(flow, 'reset-password');
  const newPassword = 'Rapunzels-ladder-2026';
  await step('reset', ask('POST', '/store/account/password/reset', { body: { token, newPassword } }));
  const { email } = ZAMBRANA;
  const body = { email, password: newPassword };
  await step('login again', ask('POST', '/store/account/login', { body }));
}

/** Makes the names of customers unreadable, so that a job about one fails and leaves its stack. @returns how to undo it. */
async function damage({ books }: Flow): Promise<() => Promise<void>> {
  const shift = (by: string) => `update accounts set name = ${by} where kind = 'customer' and name is not null`;
  await books.query(shift(`'v1.gone.' || name`));
  return async () => {
    await books.query(shift(`substr(name, length('v1.gone.') + 1)`));
  };
}

/** The token in the newest mail of a template to the traveller. */
async function mailedToken({ mails }: Flow, template: string): Promise<string> {
  const mail = await waitFor(`the mail ${template} comes`, async () => {
    const all = await mailsIn(mails);
    return all.findLast(({ file, headers }) => file.includes(template) && headers.to?.includes(ZAMBRANA.email));
  });
  const token = tokenIn(mail);
  planted.plantToken(template, token);
  return token;
}

/** An administrator, as whoever sets a shop up makes the first. */
async function hire({ stack }: Flow): Promise<void> {
  const addresses = { webUrls: [stack.url], simulatorUrl: '', journal: '', mailFolder: '' };
  const env = stackEnvironment({ ...addresses, databaseUrl: stack.databaseUrl, redisUrl: stack.redisUrl });
  const vault = openVault({ dataKeys: env.DATA_KEYS ?? '', secret: env.APP_SECRET ?? '' });
  const db = await openDatabase({ url: stack.databaseUrl, entities: ENTITIES, connections: 1 });
  const [role] = await db.query<{ id: string }>(`select id from roles where name = 'admin'`);
  const passwordHash = await hashPassword(STAFF.password);
  await unitOfWork(db, 'test', async (tx) =>
    Account.open(tx, vault, { kind: 'staff', ...STAFF, phone: null, passwordHash, roleId: role?.id ?? '' }),
  );
  await db.close();
}
