import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ENTITIES, MIGRATIONS, migrate } from '../src/entities/schema.ts';
import { type Database, openDatabase } from '../src/infra/database/database.ts';
import { startPostgres } from './embedded/postgres.ts';

/** The schema in Postgres: tables, columns, constraints and indexes, each on one line. */
const SIGNATURE = `
  select format('%s.%s %s %s %s', c.table_name, c.column_name, c.data_type, c.is_nullable, c.column_default) as line
    from information_schema.columns c where table_schema = 'public'
  union all select format('%s %s', conrelid::regclass, pg_get_constraintdef(oid)) from pg_constraint
    where connamespace = 'public'::regnamespace
  union all select indexdef from pg_indexes where schemaname = 'public'
  order by 1`;

const NAMELESS_INDEXES = `
  select c.relname as line from pg_index i join pg_class c on c.oid = i.indexrelid
  where c.relnamespace = 'public'::regnamespace and not c.relispartition and not i.indisprimary
    and not exists (select 1 from pg_constraint where conindid = c.oid)
    and obj_description(c.oid, 'pg_class') is null`;

/** Checks that all migrations run up, down and up again, entities match the tables, and each index has a comment. */
async function check(db: Database): Promise<string[]> {
  const lines = async (sql: string) => (await db.query<{ line: string }>(sql)).map(({ line }) => line);
  await migrate(db);
  const first = await lines(SIGNATURE);
  const problems = [
    ...(await findMismatches(db)),
    ...(await lines(NAMELESS_INDEXES)).map((name) => `index ${name} has no comment that names its query`),
  ];
  await db.orm.migrator.down({ to: 0 });
  const left = (await lines(SIGNATURE)).filter((line) => !/mikro_orm_migrations/.test(line));
  problems.push(...left.map((line) => `left after the down migrations: ${line}`));
  await migrate(db);
  const second = new Set(await lines(SIGNATURE));
  problems.push(
    ...first.filter((line) => !second.has(line)).map((line) => `missing after down and up migrations: ${line}`),
  );
  return problems;
}

/** Finds properties of entities without a column, or with another nullability than the column. */
async function findMismatches(db: Database): Promise<string[]> {
  const columns = await db.query<{ table_name: string; column_name: string; is_nullable: string }>(
    `select table_name, column_name, is_nullable from information_schema.columns where table_schema = 'public'`,
  );
  const nullable = new Map(columns.map((column) => [`${column.table_name}.${column.column_name}`, column.is_nullable]));
  return ENTITIES.flatMap((entity) => {
    const meta = db.orm.getMetadata().getByClassName(entity.name);
    const properties = Object.values(meta.properties).filter(
      (property) => property.fieldNames && property.persist !== false,
    );
    const owned = properties.filter((property) => !['1:m', 'm:n'].includes(property.kind));
    return owned.flatMap((property) => {
      const name = `${meta.tableName}.${property.fieldNames[0]}`;
      const found = nullable.get(name);
      if (found === undefined) return [`${entity.name}.${property.name} has no column ${name}`];
      return (found === 'YES') === Boolean(property.nullable) ? [] : [`${entity.name}.${property.name}: null differs`];
    });
  });
}

const folder = await mkdtemp(join(tmpdir(), 'vcecom-migrations-'));
const postgres = await startPostgres({ dataDir: join(folder, 'postgres'), settings: { fsync: 'off' } });
const db = await openDatabase({ url: postgres.url, entities: ENTITIES, migrations: MIGRATIONS });
const problems = await check(db).catch((error: Error) => [error.message]);
await db.close();
await postgres.remove();
await rm(folder, { recursive: true, force: true });
for (const problem of problems) console.error(problem);
console.log(
  problems.length === 0 ? `${MIGRATIONS.length} migrations go up, down and up again` : 'the migration check failed',
);
process.exit(problems.length === 0 ? 0 : 1);
