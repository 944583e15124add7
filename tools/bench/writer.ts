import pg from 'pg';
import { newId } from '../../src/infra/ids.ts';
import { serve } from './child.ts';
import type { Insert, OrderRows, Slot } from './rows.ts';

/** A request to the hand-written program. */
export interface Writing {
  databaseUrl: string;
  rows: OrderRows;
  variantIds: string[];
  orders: number;
  concurrency: number;
}

export interface Written {
  seconds: number;
  /** CPU of this process. */
  cpuMs: number;
}

const LOCK = 'select 1 from stock_levels where variant_id in ($1, $2) order by variant_id for update';
const RESERVE = 'update stock_levels set reserved = reserved + 1 where variant_id in ($1, $2)';
const CONSUME = 'update stock_levels set on_hand = on_hand - 1, reserved = reserved - 1 where variant_id in ($1, $2)';

// The ceiling: no framework, no queue, one process; all statements are prepared, and those of an order are sent at
// once.
serve<Writing, Written>(async (writing) => {
  const { databaseUrl, orders, concurrency } = writing;
  const config = { connectionString: databaseUrl, pipeline: true } as pg.ClientConfig;
  const clients = Array.from({ length: concurrency }, () => new pg.Client(config));
  await Promise.all(clients.map((client) => client.connect()));
  let next = 0;
  const writeOn = async (client: pg.Client, until: number) => {
    while (next < until) await writeOrder(client, writing, next++);
  };
  // Every connection prepares its statements before the measurement.
  await Promise.all(clients.map((client) => writeOrder(client, writing, next++)));
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  const last = next + orders;
  await Promise.all(clients.map((client) => writeOn(client, last)));
  const seconds = (performance.now() - startedAt) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  await Promise.all(clients.map((client) => client.end()));
  return { seconds, cpuMs: (user + system) / 1_000 };
});

async function writeOrder(client: pg.Client, { rows, variantIds }: Writing, index: number): Promise<void> {
  const variantOf = (line: number) => variantIds[(index * 2 + line) % variantIds.length] ?? '';
  const chosen = rows.slots.map((slot) => (slot.kind === 'variant' ? variantOf(slot.line) : newId()));
  const variants = rows.slots.flatMap((slot: Slot, at) => (slot.kind === 'variant' ? (chosen[at] ?? '') : []));
  const run = (text: string, values: unknown[]) => client.query({ name: nameOf(text), text, values });
  await Promise.all([
    client.query('begin'),
    run(LOCK, variants),
    run(RESERVE, variants),
    ...rows.inserts.map(({ text, values }) => run(text, filled(values, chosen))),
    run(CONSUME, variants),
    client.query('commit'),
  ]);
}

const filled = (values: Insert['values'], chosen: readonly string[]): (string | null | undefined)[] =>
  values.map((value) => (value !== null && typeof value === 'object' ? chosen[value.slot] : value));

const names = new Map<string, string>();

function nameOf(text: string): string {
  const name = names.get(text) ?? `written-${names.size}`;
  names.set(text, name);
  return name;
}
