import {
  ARCHIVABLE_TABLES,
  countUnfinished,
  MONTHLY_TABLES,
  oldestKeptMonth,
  overdueMonths,
  preparePartitionsFor,
} from '../src/entities/monthly-tables.ts';
import { ENTITIES } from '../src/entities/schema.ts';
import { ConfigError, readConfig } from '../src/infra/config.ts';
import { type Database, openDatabase } from '../src/infra/database/database.ts';
import { archiveMonth, hasMonth, monthStart, partitionsOf } from '../src/infra/database/partitions.ts';

const USAGE = `usage: bin/partitions list | prepare | archive YYYY-MM
  list             lists the months of every partitioned table
  prepare          creates the partitions of the next months now; the worker does it every night
  archive YYYY-MM  moves a past month of ${ARCHIVABLE_TABLES.join(', ')} into the schema "archive"
  Uses the database at DATABASE_URL.`;

/** The youngest months, which cannot be archived because they are read often. */
const YOUNGEST_MONTHS = 3;

/** Exit codes: 0 done, 1 months are missing or cannot be archived, 2 wrong usage or an error. */
async function main([command, month, ...more]: string[]): Promise<number> {
  const isMonth = /^\d{4}-(0[1-9]|1[0-2])$/.test(month ?? '');
  const isUsable = more.length === 0 && (command === 'archive' ? isMonth : month === undefined);
  if (!isUsable || !['list', 'prepare', 'archive'].includes(command ?? '')) return say(USAGE, 2);
  const { DATABASE_URL: url } = readConfig('database');
  const db = await openDatabase({ url, entities: ENTITIES, connections: 1, namesStatements: false });
  try {
    if (command === 'archive') return await archive(db, new Date(`${month}-01T00:00:00Z`));
    if (command === 'prepare') await preparePartitionsFor(db, new Date());
    return await list(db);
  } finally {
    await db.close();
  }
}

async function list(db: Database): Promise<number> {
  const existing = await partitionsOf(db, MONTHLY_TABLES);
  for (const table of MONTHLY_TABLES) {
    const months = [...existing]
      .filter((name) => name.startsWith(`${table}_p`))
      .map((name) => name.slice(-7).replace('_', '-'));
    console.log(`${table.padEnd(20)} ${months.sort().join(' ')}`);
  }
  const overdue = await overdueMonths(db, new Date());
  return overdue.length === 0
    ? 0
    : say(`${overdue.length} partitions needed soon are missing: run bin/partitions prepare`, 1);
}

async function archive(db: Database, start: Date): Promise<number> {
  if (start > monthStart(new Date(), -YOUNGEST_MONTHS))
    return say(`only months before the last ${YOUNGEST_MONTHS} can be taken out`, 1);
  const isPartitioned = await Promise.all(ARCHIVABLE_TABLES.map((table) => hasMonth(db, { table, start })));
  if (!isPartitioned.includes(true)) return say('no table has a partition for this month', 1);
  const oldest = await oldestKeptMonth(db);
  if (oldest && start > oldest)
    return say(`months are taken out in their order: ${oldest.toISOString().slice(0, 7)} comes first`, 1);
  const open = await countUnfinished(db, start);
  if (open > 0) return say(`${open} checkouts and orders of that month are not over yet`, 1);
  for (const table of ARCHIVABLE_TABLES) console.log(await archiveMonth(db, { table, start }));
  return 0;
}

function say(text: string, code: number): number {
  console.log(text);
  return code;
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: Error) => {
    console.error(error instanceof ConfigError ? error.message : `it could not be done: ${error.message}`);
    process.exit(2);
  },
);
