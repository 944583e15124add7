import { parseArgs } from 'node:util';
import { openVault } from '../src/entities/account/privacy/vault.ts';
import { ENTITIES } from '../src/entities/schema.ts';
import { ConfigError, readConfig } from '../src/infra/config.ts';
import { type Database, openDatabase } from '../src/infra/database/database.ts';
import { logger } from '../src/infra/observability/log.ts';
import { seedOffers } from './seed/offers.ts';
import { seedPeople } from './seed/people.ts';
import { sampleOf, seedShop } from './seed/shop.ts';

const USAGE = `Usage: bin/seed [--products N]

Fills the database at DATABASE_URL with a demonstration shop of N products (default 320, at least 3). Products that are
there are left alone. In development, with APP_SECRET and DATA_KEYS, also the accounts that README.md names. Prints JSON lines: {"seeded":n,"of":N} as it goes, {"sample":[variant ids]} at the end.`;

const MOST_PRODUCTS = 1_000_000;

process.exitCode = await main();

async function main(): Promise<number> {
  const wanted = readWanted();
  if (wanted === null) return 2;
  try {
    const config = readConfig('database');
    logger.level = config.LOG_LEVEL;
    const db = await openDatabase({ url: config.DATABASE_URL, entities: ENTITIES, connections: 1 });
    try {
      await seedShop(db, wanted, (seeded) => print({ seeded, of: wanted }));
      await seedOffers(db);
      await seedAccounts(db);
      print({ sample: await sampleOf(db) });
    } finally {
      await db.close();
    }
    return 0;
  } catch (error) {
    console.error(`bin/seed: ${error instanceof Error ? error.message : error}`);
    return 1;
  }
}

/** Accounts need the secrets that seal them; a shop is filled without them, too. */
async function seedAccounts(db: Database): Promise<void> {
  try {
    const { NODE_ENV, APP_SECRET: secret, DATA_KEYS: dataKeys } = readConfig('people');
    if (NODE_ENV === 'production')
      console.error('bin/seed: no accounts in production; bin/invite makes an administrator');
    else print({ accounts: await seedPeople(db, openVault({ dataKeys, secret })) });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error('bin/seed: no accounts without APP_SECRET and DATA_KEYS');
  }
}

/** How many products were asked for; null when that cannot be told, after saying so. */
function readWanted(): number | null {
  try {
    const { values } = parseArgs({ options: { products: { type: 'string', default: '320' } } });
    const wanted = Number(values.products);
    if (Number.isInteger(wanted) && wanted >= 3 && wanted <= MOST_PRODUCTS) return wanted;
    console.error(`bin/seed: --products must be a whole number from 3 to ${MOST_PRODUCTS}\n\n${USAGE}`);
  } catch (error) {
    console.error(`bin/seed: ${error instanceof Error ? error.message : error}\n\n${USAGE}`);
  }
  return null;
}

function print(fact: object): void {
  process.stdout.write(`${JSON.stringify(fact)}\n`);
}
