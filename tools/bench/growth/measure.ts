import { setTimeout as sleep } from 'node:timers/promises';
import { openVault } from '../../../src/entities/account/privacy/vault.ts';
import { ENTITIES } from '../../../src/entities/schema.ts';
import { type Database, openDatabase } from '../../../src/infra/database/database.ts';
import { addUpAnalytics } from '../../../src/jobs/reconciliation.ts';
import { analyticsHandlers } from '../../../src/workers/analytics/analytics.ts';
import { signedIn } from '../../pictures/staff.ts';
import { DEVELOPMENT } from '../../stack/environment.ts';
import { fillOrders } from '../../volume/fill.ts';
import { makeTemplates } from '../../volume/templates.ts';
import type { Statement } from '../counters.ts';
import { interruption } from '../interruption.ts';
import { type Level, runLevel, warmUp, watchIdle } from '../levels.ts';
import type { GrowthOptions } from '../options.ts';
import type { Measured, Say } from '../site.ts';
import { verify } from '../verdict.ts';
import { readsOf, subjectOf } from './reads.ts';

/** The shop with a number of orders. */
export interface Size {
  orders: number;
  /** Per purchase; the cheapest of the rounds. */
  purchase: { postgresMs: number; sumMs: number; statements: number | null };
  /** Milliseconds of execution of each statement of a purchase, and its calls per purchase. */
  statements: Record<string, { meanMs: number; perOrder: number }>;
  /** Milliseconds of one read, the fastest of several. */
  reads: Record<string, number>;
  /** Seconds of a whole run. */
  runs: Record<string, number>;
  isSound: boolean;
}

const BUYERS = 8;
const ROUNDS = 3;
const WARM_UP = 300;
const READS = 7;
const TEMPLATE_VARIANTS = 60;
const vault = openVault({ dataKeys: DEVELOPMENT.DATA_KEYS, secret: DEVELOPMENT.APP_SECRET });

/** Number of orders that the stock must last for with these options. */
export const growthOrders = ({ sizes, orders }: GrowthOptions): number =>
  1_000 + sizes.length * (WARM_UP + ROUNDS * orders);

/** Fills the shop to each size and measures what a purchase and everything that reads orders costs there. */
export async function measureGrowth(measured: Measured, options: GrowthOptions, say: Say): Promise<Size[]> {
  const { target, site } = measured;
  const db = await openDatabase({ url: target.databaseUrl, entities: ENTITIES, connections: 2 });
  try {
    say('buying the orders that are copied');
    const variants = await db.query<{ id: string }>(
      `select id from variants where id = any($1) and max_per_order is null order by id limit ${TEMPLATE_VARIANTS}`,
      [site.goods.variantIds],
    );
    const shop = { url: target.url, variantIds: variants.map(({ id }) => id), query: site.books.query };
    const checkoutIds = await makeTemplates(shop);
    const sizes: Size[] = [];
    for (const orders of [...options.sizes].sort((a, b) => a - b)) {
      const filled = await fillTo({ db, checkoutIds, orders, url: target.databaseUrl }, say);
      const size = await measureSize({ measured, db }, { ...options, size: orders }, say);
      sizes.push({ ...size, runs: { ...filled, ...size.runs } });
    }
    return sizes;
  } finally {
    await db.close();
  }
}

interface Fill {
  db: Database;
  url: string;
  checkoutIds: readonly string[];
  orders: number;
}

async function fillTo({ db, url, checkoutIds, orders }: Fill, say: Say): Promise<Record<string, number>> {
  const [row] = await db.query<{ count: number }>(`select count(*)::int as count from order_numbers`);
  const missing = Math.max(0, orders - (row?.count ?? 0));
  const report = (added: number) => {
    interruption.throwIfAborted();
    if (added % 20_000 === 0) say(`  ${added} of ${missing} orders`);
  };
  say(`adding ${missing} orders`);
  if (missing === 0) return {};
  const filling = await seconds(() => fillOrders({ db, url, vault }, { checkoutIds, orders: missing, report }));
  say(`  added in ${Math.round(filling)} s; adding up the analytics`);
  const adding = await seconds(() => addUp(db));
  await db.query('vacuum analyze');
  await db.query('checkpoint');
  return { 'adding the orders': filling, 'analytics: adding them up': adding };
}

async function addUp(db: Database): Promise<void> {
  const [job] = analyticsHandlers({ db }).filter(({ name }) => name === addUpAnalytics.name);
  const context = { commandId: '', isTakeover: false, starts: 1, progress: () => undefined };
  for (;;) {
    await job?.run({}, context);
    const behind = await db.query(
      `select 1 from order_roll_ups where added_up_to < (select max(number) from order_numbers)`,
    );
    if (behind.length === 0) return;
    await sleep(100, undefined, { signal: interruption });
  }
}

async function measureSize(
  { measured, db }: { measured: Measured; db: Database },
  { orders, size, isVerified }: GrowthOptions & { size: number },
  say: Say,
): Promise<Size> {
  const { target, site, counters } = measured;
  say(`measuring with ${size} orders`);
  await warmUp(site, { orders: WARM_UP, concurrency: BUYERS });
  await counters.reset();
  const idle = await watchIdle(site, 3);
  const levels: Level[] = [];
  for (let round = 0; round < ROUNDS; round += 1)
    levels.push(await runLevel(site, { orders, concurrency: BUYERS }, idle));
  const failed = levels.flatMap(({ failures }) => failures);
  if (failed[0]) throw new Error(`a purchase failed: ${failed[0]}`);
  const statements = meansOf(await counters.top(1_000), ROUNDS * orders);
  const cheapest = (of: (level: (typeof levels)[number]) => number | null) =>
    Math.min(...levels.map((one) => of(one) ?? 0));
  const purchase = {
    postgresMs: cheapest(({ perOrder }) => perOrder.cpuMs.postgres),
    sumMs: cheapest(({ perOrder }) => perOrder.sumMs),
    statements: levels[0]?.perOrder.statements ?? null,
  };
  say('  reading lists and running the rounds of workers');
  const reads = await timeReads(db);
  const runs = await timeRuns(measured, db, say);
  say('  checking the invariants');
  let isSound = true;
  const verifying = await seconds(async () => {
    if (isVerified) isSound = await verify(target.dataDir, say, ['--full', '--no-provider']);
  });
  return { orders: size, purchase, statements, reads, runs: { ...runs, 'bin/verify': verifying }, isSound };
}

function meansOf(statements: readonly Statement[], orders: number): Size['statements'] {
  return Object.fromEntries(
    statements.map(({ query, calls, ms }) => [
      query.replace(/\s+/g, ' ').trim(),
      { meanMs: ms / calls, perOrder: calls / orders },
    ]),
  );
}

async function timeReads(db: Database): Promise<Record<string, number>> {
  const reads = readsOf(db, await subjectOf(db));
  const times: Record<string, number> = {};
  for (const [name, read] of Object.entries(reads)) {
    let fastest = Number.POSITIVE_INFINITY;
    for (let index = 0; index < READS; index += 1) fastest = Math.min(fastest, (await seconds(read)) * 1_000);
    times[name] = fastest;
  }
  return times;
}

/** A full run moves the opening balances of stock, which recent runs use. */
const RUNS = [
  ['recent run', 'recent'],
  ['full run', 'full'],
  ['recent run after a full one', 'recent'],
] as const;

/** Runs reconciliation as staff start it. */
async function timeRuns({ target }: Measured, db: Database, say: Say): Promise<Record<string, number>> {
  const staff = await signedIn(target.url, 'admin', 'admin@example.com');
  const runs: Record<string, number> = {};
  for (const [name, kind] of RUNS) {
    say(`  reconciliation: ${name}`);
    runs[`reconciliation: ${name}`] = await seconds(async () => {
      const { id } = await staff.post<{ id: string }>('/reconciliation/runs', { kind });
      for (;;) {
        const [run] = await db.query<{ state: string }>(`select state from reconciliation_runs where id = $1`, [id]);
        if (run?.state === 'done') return;
        await sleep(50, undefined, { signal: interruption });
      }
    });
  }
  return runs;
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return (performance.now() - startedAt) / 1_000;
}
