import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { ENTITIES, MIGRATIONS, migrate } from '../../src/entities/schema.ts';
import { openDatabase } from '../../src/infra/database/database.ts';
import { seedShop } from '../seed/shop.ts';
import { startChild } from './child.ts';
import { usageOf } from './processes.ts';
import { rowsOfLatestOrder } from './rows.ts';
import type { Measured } from './site.ts';
import type { Writing, Written } from './writer.ts';

/** The speed of orders written by hand-written SQL. */
export interface Ceiling {
  concurrency: number;
  ordersPerSecond: number;
  /** CPU of Postgres and of the writing program; null when Postgres is not on this machine. */
  cpuMs: number | null;
  writerMs: number;
  postgresMs: number | null;
  statements: number;
}

/** It is much faster than the shop, so exact CPU accounting needs more orders. */
const TIMES = 5;
const PRODUCTS = 200;
/** Statements besides the inserts: lock, reserve, consume. */
const OTHER_STATEMENTS = 3;

/**
 * Writes the rows of the latest purchase again and again, in a separate database on the same server: the least that
 * they cost on this machine.
 */
export async function measureCeiling(
  { target, site }: Measured,
  levels: readonly number[],
  orders: number,
): Promise<Ceiling[]> {
  const rows = await rowsOfLatestOrder(site.books);
  const database = await makeDatabase(target.databaseUrl);
  const writer = startChild<Writing, Written>('writer');
  try {
    const { databaseUrl, variantIds } = database;
    const ask = (writing: { orders: number; concurrency: number }) =>
      writer.ask({ databaseUrl, rows, variantIds, ...writing });
    await ask({ orders, concurrency: 8 });
    const measured: Ceiling[] = [];
    for (const concurrency of levels) {
      const before = postgresCpu(target.run().processes.postgres.pid);
      const { seconds, cpuMs } = await ask({ orders: orders * TIMES, concurrency });
      const after = postgresCpu(target.run().processes.postgres.pid);
      const writerMs = cpuMs / (orders * TIMES);
      // The CPU of Postgres includes connecting and preparing: some milliseconds per connection.
      const postgresMs = before === null || after === null ? null : (after - before) / (orders * TIMES + concurrency);
      measured.push({
        concurrency,
        ordersPerSecond: (orders * TIMES) / seconds,
        cpuMs: postgresMs === null ? null : writerMs + postgresMs,
        writerMs,
        postgresMs,
        statements: rows.inserts.length + OTHER_STATEMENTS,
      });
    }
    return measured;
  } finally {
    await writer.stop();
    await database.drop();
  }
}

const postgresCpu = (pid: number | null): number | null => (pid === null ? null : (usageOf(pid)?.cpuMs ?? null));

/** Creates a database with the schema and a small shop that never sells out. */
async function makeDatabase(shopUrl: string) {
  const name = `bench_${randomBytes(4).toString('hex')}`;
  const url = new URL(shopUrl);
  url.pathname = `/${name}`;
  await onServer(shopUrl, `create database ${name}`);
  const drop = () => onServer(shopUrl, `drop database ${name} with (force)`);
  try {
    const db = await openDatabase({ url: url.href, entities: ENTITIES, migrations: MIGRATIONS, connections: 2 });
    await migrate(db);
    await seedShop(db, PRODUCTS, () => undefined);
    const variants = await db.query<{ id: string }>(
      `update stock_levels set on_hand = 1000000000 where variant_id in (
        select distinct on (product_id) id from variants order by product_id, position) returning variant_id as id`,
    );
    await db.close();
    return { databaseUrl: url.href, variantIds: variants.map(({ id }) => id), drop };
  } catch (error) {
    await drop();
    throw error;
  }
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}
