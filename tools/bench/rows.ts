import type { Books } from './books.ts';

/** A value of a row: fixed, or chosen for each order. */
export type Value = string | null | { slot: number };

/** One prepared statement with its values. */
export interface Insert {
  text: string;
  values: Value[];
}

/** A value that is chosen for each order. */
export type Slot = { kind: 'id' } | { kind: 'variant'; line: number };

/** The rows of one order, to be written repeatedly. */
export interface OrderRows {
  inserts: Insert[];
  slots: Slot[];
}

/** Every table with rows of a purchase, parents first, and the condition for its rows. */
const TABLES: readonly [table: string, where: string][] = [
  ['carts', 'id = $2'],
  ['cart_items', 'cart_id = $2'],
  ['checkouts', 'id = $1'],
  ['checkout_lines', 'checkout_id = $1'],
  ['checkout_history', 'checkout_id = $1'],
  ['pricing_snapshots', 'checkout_id = $1'],
  ['reservations', 'checkout_id = $1'],
  ['inventory_movements', 'cause_id = $1'],
  ['payments', 'checkout_id = $1'],
  ['payment_attempts', 'checkout_id = $1'],
  ['payment_operations', 'payment_id in (select id from payments where checkout_id = $1)'],
  ['webhook_inbox', 'checkout_id = $1'],
  ['idempotency_keys', 'scope = $2::text'],
  ['orders', 'checkout_id = $1'],
  ['order_numbers', 'order_id in (select id from orders where checkout_id = $1)'],
  ['order_lines', 'order_id in (select id from orders where checkout_id = $1)'],
  ['order_history', 'order_id in (select id from orders where checkout_id = $1)'],
];

/** Columns with unique values that are not our own ids. */
const UNIQUE = ['payments.intent_id', 'payment_operations.idempotency_key', 'webhook_inbox.event_id'];
/** Columns that the database generates. */
const GENERATED = ['order_numbers.number'];

type Row = Record<string, unknown>;

/**
 * Returns the rows of the latest purchase as statements that write the same rows for a new order: one prepared
 * statement per table, with new ids and values of the real size.
 */
export async function rowsOfLatestOrder({ query }: Books): Promise<OrderRows> {
  const [latest] = await query<{ id: string; cartId: string }>(
    `select id, cart_id as "cartId" from checkouts where state = 'COMPLETED' order by id desc limit 1`,
  );
  if (!latest) throw new Error('no purchase has been completed yet');
  const tables: { table: string; rows: Row[] }[] = [];
  for (const [table, where] of TABLES) {
    const found = `select to_jsonb(t) as row from ${table} t where ($1::uuid, $2::uuid) is not null and ${where}`;
    const rows = await query<{ row: Row }>(found, [latest.id, latest.cartId]);
    tables.push({ table, rows: rows.map(({ row }) => row) });
  }
  const written = tables.filter(({ rows }) => rows.length > 0);
  return writerOf(written, await arraysAmong(query, written));
}

/** Returns the array columns, as `table.column`; in JSON they are indistinguishable from JSON columns. */
async function arraysAmong(query: Books['query'], tables: readonly { table: string }[]): Promise<ReadonlySet<string>> {
  const arrays = await query<{ name: string }>(
    `select c.relname || '.' || a.attname as name from pg_attribute a join pg_class c on c.oid = a.attrelid
      join pg_type t on t.oid = a.atttypid where t.typcategory = 'A' and c.oid = any($1::text[]::regclass[])`,
    [tables.map(({ table }) => table)],
  );
  return new Set(arrays.map(({ name }) => name));
}

function writerOf(tables: readonly { table: string; rows: Row[] }[], arrays: ReadonlySet<string>): OrderRows {
  const slots: Slot[] = [];
  const slotsByValue = new Map<string, number>();
  const slotOf = (value: string, kind: Slot): number => {
    const found = slotsByValue.get(value) ?? slots.push(kind) - 1;
    slotsByValue.set(value, found);
    return found;
  };
  const lines = tables.find(({ table }) => table === 'checkout_lines')?.rows ?? [];
  lines.forEach((row, line) => {
    slotOf(String(row.variant_id), { kind: 'variant', line });
  });
  const writable = (table: string, column: string, value: unknown): Value => {
    if (value === null || value === undefined) return null;
    if (Array.isArray(value) && arrays.has(`${table}.${column}`)) return `{${value.map(quoted).join(',')}}`;
    if (typeof value === 'object') return JSON.stringify(value);
    const isId = typeof value === 'string' && UUID.test(value);
    if (!isId && !UNIQUE.includes(`${table}.${column}`)) return String(value);
    return { slot: slotOf(String(value), { kind: 'id' }) };
  };
  return { inserts: tables.map((one) => insertOf(one, writable)), slots };
}

/** Quotes an array element; Postgres reads the escapes of JSON. */
const quoted = (element: unknown): string => JSON.stringify(String(element));

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function insertOf(
  { table, rows }: { table: string; rows: Row[] },
  writable: (table: string, column: string, value: unknown) => Value,
): Insert {
  const columns = Object.keys(rows[0] ?? {}).filter((column) => !GENERATED.includes(`${table}.${column}`));
  const values = rows.flatMap((row) => columns.map((column) => writable(table, column, row[column])));
  const places = rows.map((_, at) => `(${columns.map((_, i) => `$${at * columns.length + i + 1}`).join(', ')})`);
  return { text: `insert into ${table} (${columns.join(', ')}) values ${places.join(', ')}`, values };
}
