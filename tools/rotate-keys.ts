import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { countKeys } from '../src/entities/account/privacy/data-key-use.ts';
import { type Batch, countLeft, type Resealed, resealBatch } from '../src/entities/account/privacy/reseal.ts';
import { openVault, SEALED_COLUMNS, type Vault } from '../src/entities/account/privacy/vault.ts';
import { ENTITIES } from '../src/entities/schema.ts';
import { readConfig } from '../src/infra/config.ts';
import { type Database, openDatabase } from '../src/infra/database/database.ts';
import { unitOfWork } from '../src/infra/database/unit-of-work.ts';
import { logger } from '../src/infra/observability/log.ts';

const USAGE = `Usage: bin/rotate-keys [--dry-run] [--batch N]

Encrypts all personal data again with the first key of DATA_KEYS, during live traffic. It can be stopped at any moment
and run again: rows with the current key are skipped. Prints JSON lines: {"table":t,"resealed":n} as it goes,
{"table":t,"id":i,"problem":p} for a row that no key decrypts, and at the end {"keys":{table:{key
id:rows}},"current":...,"left":{table:rows}}.
  --dry-run  counts only
  --batch N  rows per transaction (default 200, at most 5000)

Exit codes: 0 everything is encrypted with the first key, 1 something is not, or an error occurred, 2 wrong usage.`;

const MOST_ROWS = 5_000;
const TABLES = Object.keys(SEALED_COLUMNS);
const FIRST = '00000000-0000-0000-0000-000000000000';

/** Locked rows are retried in further rounds, with this pause in milliseconds. */
const ROUNDS = 60;
const PAUSE_MS = 500;

interface Run {
  db: Database;
  vault: Vault;
  size: number;
  /** Ids of unreadable rows that were already printed. */
  reported: Set<string>;
}

// Exits explicitly, because idle connections of the pool keep the process alive for a while.
process.exit(await main());

async function main(): Promise<number> {
  const options = readOptions();
  if (!options) return 2;
  try {
    const config = readConfig('accounts');
    logger.level = config.LOG_LEVEL;
    const vault = openVault({ dataKeys: config.DATA_KEYS, secret: config.APP_SECRET });
    const db = await openDatabase({
      url: config.DATABASE_URL,
      entities: ENTITIES,
      connections: 2,
      namesStatements: false,
    });
    try {
      if (!options.isDry) await rotate({ db, vault, size: options.size, reported: new Set() });
      return await report(db, vault);
    } finally {
      await db.close();
    }
  } catch (error) {
    console.error(`bin/rotate-keys: ${error instanceof Error ? error.message : error}`);
    return 1;
  }
}

/** Reads the options; prints an error and returns null if they are wrong. */
function readOptions(): { isDry: boolean; size: number } | null {
  try {
    const { values } = parseArgs({
      options: { 'dry-run': { type: 'boolean', default: false }, batch: { type: 'string', default: '200' } },
    });
    const size = Number(values.batch);
    if (Number.isInteger(size) && size >= 1 && size <= MOST_ROWS) return { isDry: values['dry-run'], size };
    console.error(`bin/rotate-keys: --batch must be a whole number from 1 to ${MOST_ROWS}\n\n${USAGE}`);
  } catch (error) {
    console.error(`bin/rotate-keys: ${error instanceof Error ? error.message : error}\n\n${USAGE}`);
  }
  return null;
}

/** Repeats rounds until only unreadable rows are left, or the last round has locked rows. */
async function rotate(run: Run): Promise<void> {
  for (let round = 1; round <= ROUNDS; round += 1) {
    let held = 0;
    for (const table of TABLES) {
      const unreadable = await rotateTable(run, table);
      held += Math.max(0, (await countLeft(run.db.query, run.vault, table)) - unreadable);
    }
    if (held === 0) return;
    print({ held, round });
    await wait(PAUSE_MS);
  }
}

/** @returns the number of unreadable rows. */
async function rotateTable({ db, vault, size, reported }: Run, table: string): Promise<number> {
  let [resealed, unreadable] = [0, 0];
  for (let after: string | null = FIRST; after !== null; ) {
    const batch: Batch = { table, after, size };
    const done: Resealed = await unitOfWork(db, 'keys.rotate', (tx) => resealBatch(tx, vault, batch));
    resealed += done.resealed;
    unreadable += done.unreadable.length;
    if (done.resealed > 0) print({ table, resealed });
    for (const id of done.unreadable) if (!reported.has(id)) print({ table, id, problem: 'no key opens it' });
    for (const id of done.unreadable) reported.add(id);
    after = done.last;
  }
  return unreadable;
}

/** Prints which keys are still needed. @returns the exit code. */
async function report(db: Database, vault: Vault): Promise<number> {
  const keys: Record<string, Record<string, number>> = {};
  for (const { table, key, rows } of await countKeys(db.query)) {
    keys[table] = { ...keys[table], [key ?? 'in clear or damaged']: rows };
  }
  const counts = await Promise.all(
    TABLES.map(async (table) => [table, await countLeft(db.query, vault, table)] as const),
  );
  const left = Object.fromEntries(counts.filter(([, rows]) => rows > 0));
  print({ current: vault.ring.prefix.split('.')[1], keys, left });
  return counts.some(([, rows]) => rows > 0) ? 1 : 0;
}

function print(fact: object): void {
  process.stdout.write(`${JSON.stringify(fact)}\n`);
}
