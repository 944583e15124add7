import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { readSigningKeys } from '../../src/api/auth/access-token.ts';
import { authentication } from '../../src/api/auth/authenticate.ts';
import { readSessionValidity } from '../../src/api/auth/session-validity.ts';
import type { ApiDeps } from '../../src/api/deps.ts';
import { makeApp } from '../../src/api/http/app.ts';
import { openLimits, type Rates } from '../../src/api/http/limits/rate-limits.ts';
import type { AnyRoute } from '../../src/api/http/route.ts';
import { opsRouter } from '../../src/api/ops/router.ts';
import { allRoutes } from '../../src/api/routes.ts';
import { serve, stopServer } from '../../src/api/server.ts';
import { openCachedResponses } from '../../src/api/store/cached-responses/cached-responses.ts';
import { Account, type NewAccount } from '../../src/entities/account/account.ts';
import { accountToken, type TokenPurpose } from '../../src/entities/account/account-token.ts';
import { openVault } from '../../src/entities/account/privacy/vault.ts';
import { createOffersCache } from '../../src/entities/pricing/offers.ts';
import { openCache } from '../../src/infra/cache/redis-cache.ts';
import { hashPassword } from '../../src/infra/crypto/password.ts';
import type { Database } from '../../src/infra/database/database.ts';
import { unitOfWork } from '../../src/infra/database/unit-of-work.ts';
import { openQueues } from '../../src/infra/queue/queue.ts';
import type { RedisClient } from '../../src/infra/redis/connections.ts';
import { openRedis } from '../../src/infra/redis/redis.ts';
import { JOBS } from '../../src/jobs/schedule.ts';
import { replayHistory } from '../../src/main/replay.ts';
import { stripeProvider } from '../../src/ports/payments/stripe.ts';
import { passwordResetHandlers } from '../../src/workers/notifications/password-resets.ts';
import { freshDatabase } from '../support/database.ts';
import { nothingKept, noVersions } from '../support/nothing-kept.ts';

export const SECRET = 'test-secret-that-is-long-enough-for-all';
const key = (letter: string) => Buffer.alloc(32, letter).toString('base64');
export const SIGNING_KEYS = `now:${key('n')},before:${key('b')}`;
export const DATA_KEYS = `one:${key('1')}`;
export const PASSWORD = 'correct horse battery';

export interface Request {
  body?: unknown;
  token?: string;
  key?: string;
  cartToken?: string;
  headers?: Record<string, string>;
}

export interface Reply<T> {
  status: number;
  headers: Headers;
  body: T;
}

/** The body of what was refused. */
export interface Refused {
  error: { code: string; details: Record<string, unknown> };
}

export interface Tokens {
  accessToken: string;
  refreshToken: string;
}

export interface Customer extends Tokens {
  deviceToken: string;
  customer: { id: string; email: string; name: string };
  email: string;
}

export interface Staff extends Tokens {
  accountId: string;
  email: string;
}

/** The whole API behind a real listening server, on a database of its own, with real Redis and no workers. */
export interface PeopleShop {
  url: string;
  db: Database;
  deps: ApiDeps;
  redis: RedisClient;
  routes: AnyRoute[];
  /** Any request under /api/v1, answered whatever the status. */
  ask<T = Refused>(method: string, path: string, request?: Request): Promise<Reply<T>>;
  register(overrides?: object): Promise<Customer>;
  /** A member of staff with that role, signed in. */
  staff(role: string): Promise<Staff>;
  /** A row of an account, with the password of all tests. */
  account(from: Partial<NewAccount>): Promise<Account>;
  /** Carries out the requests for reset mails, as a worker does: their mails are then in the outbox. */
  carryOutResets(): Promise<void>;
  /** The token of the newest mail for an account, as the one who writes the mail derives it. @throws Error when there is none */
  mailed(accountId: string, letter: TokenPurpose): Promise<string>;
  close(): Promise<void>;
}

const GENEROUS: Rates = { read: 1e6, write: 1e6, 'sign-in': 1e6, guesses: 1e4 };
let people = 0;
let passwordHash: Promise<string> | undefined;

export async function openPeopleShop(options: { rates?: Partial<Rates>; redisUrl?: string } = {}): Promise<PeopleShop> {
  const fresh = await freshDatabase();
  const redis = openRedis(options.redisUrl ?? process.env.TEST_REDIS_URL ?? '', 'produce');
  if (redis.status !== 'ready') await once(redis, 'ready');
  // All tests come from one address: low limits would be used up by what others have counted.
  if (options.rates) await forgetCounts(redis);
  const deps = depsOf(fresh.db, redis, { ...GENEROUS, ...options.rates });
  const health = { db: fresh.db, queues: deps.queues, migrations: [], isServing: () => true };
  const routes = allRoutes(deps, {
    health,
    provider: stripeProvider({ secretKey: 'sk_test', webhookSecret: 'whsec_test' }),
  });
  const sessionValidity = readSessionValidity(fresh.db);
  const authenticate = authentication(deps.signingKeys, sessionValidity);
  const ops = opsRouter({ ...deps, sessionValidity });
  const server = serve(makeApp(routes, { observe: () => undefined, authenticate, limits: deps.limits, ops }));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const ask = asking(url);
  const account = (from: Partial<NewAccount>) => openAccount(deps, from);
  return {
    url,
    db: fresh.db,
    deps,
    redis,
    routes,
    ask,
    account,
    register: (overrides = {}) => register(ask, overrides),
    staff: (role) => signInStaff(ask, { deps, role }),
    carryOutResets: () => carryOutResets(deps),
    mailed: (accountId, letter) => tokenOf(fresh.db, accountId, letter),
    async close() {
      await stopServer(server, 0);
      await deps.queues.close();
      redis.disconnect();
      await fresh.close();
    },
  };
}

/** Forgets what every limit has counted so far. */
export async function forgetCounts(redis: RedisClient): Promise<void> {
  const counted = await redis.keys('rate:*');
  if (counted.length > 0) await redis.del(counted);
}

function depsOf(db: Database, redis: RedisClient, rates: Rates): ApiDeps {
  const vault = openVault({ dataKeys: DATA_KEYS, secret: SECRET });
  return {
    db,
    queues: openQueues(JOBS, redis),
    notifications: { listen: () => () => undefined },
    cache: openCache(redis, 'vcecom'),
    cachedResponses: openCachedResponses({ db, vault, cache: nothingKept, currency: 'INR' }),
    layers: nothingKept,
    versions: noVersions,
    secret: SECRET,
    vault,
    signingKeys: readSigningKeys(SIGNING_KEYS),
    limits: openLimits(redis, rates),
    offers: createOffersCache(),
    orderLimits: { variant: 100, units: 500, value: 1_000_000_000 },
    holdLimits: { checkouts: 500, units: 1_000 },
    allowsDevelopmentAccounts: false,
    currency: 'INR',
    sellerState: 'IN-KA',
    pricesIncludeTax: true,
    shippingTax: 'apportioned' as const,
    replay: (id: string, to?: number) => replayHistory(db.query, id, to),
    stopping: new AbortController().signal,
  };
}

async function tokenOf(db: Database, accountId: string, purpose: TokenPurpose): Promise<string> {
  const [row] = await db.query<{ id: string }>(
    `select payload ->> 'tokenId' as id from outbox
      where payload ->> 'letter' = $1 and payload ->> 'accountId' = $2 order by id desc limit 1`,
    [purpose, accountId],
  );
  if (!row) throw new Error(`no mail ${purpose}`);
  return accountToken(SECRET, { id: row.id, purpose });
}

async function carryOutResets({ db, queues }: ApiDeps): Promise<void> {
  const [reset] = passwordResetHandlers({ db, queues });
  const commands = await db.query<{ id: string; payload: object }>(
    `select id, payload from outbox where name = 'mail.reset'`,
  );
  const context = { isTakeover: false, starts: 1, progress: () => undefined };
  await Promise.all(commands.map(({ id, payload }) => reset?.run(payload, { ...context, commandId: id })));
}

const asking =
  (url: string): PeopleShop['ask'] =>
  async <T>(method: string, path: string, { body, token, key: apiKey, cartToken, headers }: Request = {}) => {
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(apiKey !== undefined && { 'x-api-key': apiKey }),
        ...(cartToken !== undefined && { 'x-cart-token': cartToken }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json');
    const parsed = (isJson && text ? JSON.parse(text) : text) as T;
    return { status: response.status, headers: response.headers, body: parsed };
  };

async function register(ask: PeopleShop['ask'], overrides: object): Promise<Customer> {
  const email = `person-${++people}@example.com`;
  const body = { email, password: PASSWORD, name: `Person ${people}`, ...overrides };
  const answer = await ask<Omit<Customer, 'email'>>('POST', '/store/account/register', { body });
  if (answer.status !== 201) throw new Error(`register: ${answer.status} ${JSON.stringify(answer.body)}`);
  return { ...answer.body, email: body.email };
}

async function openAccount(deps: ApiDeps, from: Partial<NewAccount>): Promise<Account> {
  passwordHash ??= hashPassword(PASSWORD);
  const hash = await passwordHash;
  const person = { email: `person-${++people}@example.com`, name: `Person ${people}`, phone: null };
  return unitOfWork(deps.db, 'test', async (tx) =>
    Account.open(tx, deps.vault, { kind: 'customer', passwordHash: hash, ...person, ...from }),
  );
}

async function signInStaff(ask: PeopleShop['ask'], { deps, role }: { deps: ApiDeps; role: string }): Promise<Staff> {
  const [row] = await deps.db.query<{ id: string }>(`select id from roles where name = $1`, [role]);
  if (!row) throw new Error(`there is no role ${role}`);
  const account = await openAccount(deps, { kind: 'staff', roleId: row.id });
  const { email } = account.person(deps.vault);
  const answer = await ask<Tokens>('POST', '/admin/account/login', { body: { email, password: PASSWORD } });
  if (answer.status !== 200) throw new Error(`sign in as ${role}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return { ...answer.body, accountId: account.id, email };
}
