import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openVault } from '../../src/entities/account/privacy/vault.ts';
import { seedOffers } from '../../tools/seed/offers.ts';
import { seedPeople } from '../../tools/seed/people.ts';
import { sampleOf, seedShop } from '../../tools/seed/shop.ts';
import { DEVELOPMENT } from '../../tools/stack/environment.ts';
import { type Stack, type StackOptions, startStack } from '../../tools/stack/stack.ts';
import { type Books, openBooks } from '../support/books.ts';
import { copyDatabase, dropDatabase, freshDatabase, nameOf } from '../support/database.ts';
import { type Leak, leaksInFiles, leaksInRedis, leaksInTables } from '../support/leaks.ts';
import { planted, type Secrets } from '../support/secrets.ts';
import { openShop, type Shop } from '../support/shop.ts';

/** A running stack with a client of its shop and a look into its books. */
export interface Flow {
  stack: Stack;
  shop: Shop;
  books: Books;
  /** The payment simulator. */
  simulator: string;
  /** Where the processes of the stack write their logs. */
  logs: string;
  /** Where its mails become files. */
  mails: string;
  stop(): Promise<void>;
}

/** What one network may hold is as in production; the clients of tests come from networks of their own (see `openShop`). */
const AS_DEPLOYED = { HOLD_LIMITS: '', TRUST_PROXY: '1' };

const START_MS = 120_000;
const PRODUCTS = 40;

let shared: Promise<Flow> | undefined;
let filled: Promise<Filled> | undefined;

/** The database with the demonstration shop, of which every stack gets a copy. */
interface Filled {
  url: string;
  /** Three in-stock variants. */
  sample: string[];
}

/** The stack that all flows share, started by the first that asks for it. To be called in `before`. */
export function sharedFlow(context: Mocha.Context): Promise<Flow> {
  context.timeout(START_MS);
  shared ??= startFlow({ env: AS_DEPLOYED });
  return shared;
}

// Loaded by a test file at its top level, this is a root hook: it runs once, after the last test.
after('stop the stack of the flows', async function () {
  this.timeout(START_MS);
  const flow = await shared?.catch(() => undefined);
  await flow?.stop();
  const template = await filled?.catch(() => undefined);
  if (template) await dropDatabase(template.url);
});

async function fillDatabase(): Promise<Filled> {
  const { db, url } = await freshDatabase();
  await seedShop(db, PRODUCTS, () => undefined);
  await seedOffers(db);
  await seedPeople(db, openVault({ dataKeys: DEVELOPMENT.DATA_KEYS, secret: DEVELOPMENT.APP_SECRET }));
  const sample = await sampleOf(db);
  await db.close();
  return { url, sample };
}

/**
 * A stack of its own; whoever starts it stops it. It logs all there is to log, and when it is stopped, nothing of what
 * was planted may be found in its logs, its tables and its Redis.
 */
export async function startFlow(options: Partial<StackOptions>): Promise<Flow> {
  const dataDir = await mkdtemp(join(tmpdir(), 'vcecom-flows-'));
  // PostgreSQL runs as a user of its own when we are root, and has to reach its data.
  await chmod(dataDir, 0o755);
  filled ??= fillDatabase();
  const { url, sample } = await filled;
  const databaseUrl = await copyDatabase(nameOf(url));
  const removeData = async () => {
    await dropDatabase(databaseUrl);
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    // Tests call the simulator and sign webhooks themselves.
    const { STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET } = DEVELOPMENT;
    const env = { LOG_LEVEL: 'debug', STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET, ...options.env };
    const stack = await startStack({ dataDir, databaseUrl, sample, main: process.env.TEST_MAIN, ...options, env });
    const { simulatorUrl } = stack;
    const books = openBooks({ databaseUrl, simulatorUrl });
    const [logs, mails] = [join(dataDir, 'logs'), join(dataDir, 'mail')];
    const flow = { stack, shop: openShop(stack.url), books, simulator: simulatorUrl, logs, mails };
    const stop = async () => {
      const leaks = await leaksOf(flow, planted).finally(async () => {
        await books.close();
        await stack.stop();
        await removeData();
      });
      if (leaks.length > 0) throw new Error(`it leaked:\n${leaks.map((leak) => JSON.stringify(leak)).join('\n')}`);
    };
    return { ...flow, stop };
  } catch (error) {
    await removeData();
    throw error;
  }
}

/** Whatever of the secrets can be found where a stack keeps things, except in its mails and at the provider. */
export const leaksOf = async ({ books, stack, logs }: Omit<Flow, 'stop'>, secrets: Secrets): Promise<Leak[]> => [
  ...(await leaksInFiles(logs, secrets)),
  ...(await leaksInTables(books.query, secrets)),
  ...(await leaksInRedis(stack.redisUrl, secrets)),
];
