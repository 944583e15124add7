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

Fills the database at DATABASE_URL with a demonstration shop of N products (default 320, at least 3). Existing
products are not changed. In development, with APP_SECRET and DATA_KEYS, it also creates the accounts of README.md.
Prints JSON lines: {"seeded":n,"of":N} as it goes, {"sample":[variant ids]} at the end.`;

const MOST_PRODUCTS = 1_000_000;

process.exitCode = await main();

async function main(): Promise<number> {
  const productCount = readProductCount();
  if (productCount === null) return 2;
  try {
    const config = readConfig('database');
    logger.level = config.LOG_LEVEL;
    const db = await openDatabase({
      url: config.DATABASE_URL,
      entities: ENTITIES,
      connections: 1,
      namesStatements: false,
    });
    try {
      await seedShop(db, productCount, (seeded) => print({ seeded, of: productCount }));
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

/** Creates accounts if the secrets to encrypt them are set; the shop is seeded without accounts otherwise. */
async function seedAccounts(db: Database): Promise<void> {
  try {
    const { NODE_ENV, APP_SECRET: secret, DATA_KEYS: dataKeys } = readConfig('accounts');
    if (NODE_ENV === 'production')
      console.error('bin/seed: no accounts in production; bin/invite makes an administrator');
    else print({ accounts: await seedPeople(db, openVault({ dataKeys, secret })) });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error('bin/seed: no accounts without APP_SECRET and DATA_KEYS');
  }
}

/** Reads the number of products; prints an error and returns null if it is wrong. */
function readProductCount(): number | null {
  try {
    const { values } = parseArgs({ options: { products: { type: 'string', default: '320' } } });
    const productCount = Number(values.products);
    if (Number.isInteger(productCount) && productCount >= 3 && productCount <= MOST_PRODUCTS) return productCount;
    console.error(`bin/seed: --products must be a whole number from 3 to ${MOST_PRODUCTS}\n\n${USAGE}`);
  } catch (error) {
    console.error(`bin/seed: ${error instanceof Error ? error.message : error}\n\n${USAGE}`);
  }
  return null;
}

function print(fact: object): void {
  process.stdout.write(`${JSON.stringify(fact)}\n`);
}
