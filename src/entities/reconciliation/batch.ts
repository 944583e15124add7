import type { Query } from '../../infra/database/query.ts';
import type { FoundRow } from './discrepancy.ts';
import type { Invariant } from './invariant.ts';

/** The tables by whose rows invariants are checked in batches. */
export type BatchTable = 'checkouts' | 'carts' | 'variants';

export interface RowBatch {
  table: BatchTable;
  ids: readonly string[];
  invariants: readonly Pick<Invariant, 'name' | 'sql'>[];
  /** The most violations of each invariant. Default: all. */
  most?: number;
}

const allOf = (table: string, condition: string): string => `${table} as (select * from ${table} where ${condition})`;
const idsIn = (source: string, column = 'id'): string => `any(array(select ${column} from ${source}))`;

const OF_CHECKOUT = 'checkout_id = any($1::uuid[])';
const OF_ORDER = 'order_id = any($3::uuid[])';
/** Conditions on the key of a table that is partitioned by month. A list of ids chooses no partitions in a prepared plan, a range does. */
const CHECKOUT_MONTHS = 'checkout_id between $4::uuid and $5::uuid';
const ORDER_MONTHS = 'order_id between $6::uuid and $7::uuid';

/** SQL for the accounts that the rows of a batch lead to. */
const OWNERS = `(select customer_id from checkouts union all select customer_id from carts union all select customer_id from orders
    union all select substr(redeemer, 10)::uuid from checkouts where redeemer like 'customer:%'
    union all select substr(redeemer, 10)::uuid from first_orders where redeemer like 'customer:%'
    union all select substr(counter, 19)::uuid from discount_redemptions, unnest(counters) as counter where counter like 'customer:customer:%') as owners`;

/**
 * Common table expressions that replace the tables by the rows of a batch, so that an invariant's statement reads only
 * those. Each is a list of keys, for which PostgreSQL passes once through an index: it needs no join, and each table is read
 * once for all invariants.
 */
const CHECKOUTS = [
  allOf('checkouts', 'id = any($1::uuid[])'),
  allOf('carts', 'id = any($2::uuid[])'),
  allOf('orders', 'id = any($3::uuid[]) and id between $6::uuid and $7::uuid'),
  ...['checkout_history', 'pricing_snapshots'].map((table) => allOf(table, `${OF_CHECKOUT} and ${CHECKOUT_MONTHS}`)),
  ...['checkout_lines', 'reservations', 'payments', 'discount_redemptions', 'first_orders'].map((table) =>
    allOf(table, OF_CHECKOUT),
  ),
  ...['order_lines', 'order_history'].map((table) => allOf(table, `${OF_ORDER} and ${ORDER_MONTHS}`)),
  ...['order_numbers', 'shipments', 'returns', 'documents'].map((table) => allOf(table, OF_ORDER)),
  allOf('payment_operations', `payment_id = ${idsIn('payments')}`),
  allOf('shipment_lines', `shipment_id = ${idsIn('shipments')}`),
  allOf('return_lines', `return_id = ${idsIn('returns')}`),
  // Refunds of an order, and those of a payment that never became one.
  `refunds as (select * from refunds where ${OF_ORDER}
    union all select * from refunds where order_id is null and payment_id = ${idsIn('payments')})`,
  allOf('refund_lines', `refund_id = ${idsIn('refunds')}`),
  allOf('document_files', `id = ${idsIn('documents')}`),
  allOf('inventory_movements', 'cause_id = any($1::uuid[] || $3::uuid[])'),
  allOf('accounts', `id = ${idsIn(OWNERS, 'customer_id')}`),
].join(',\n');

const CARTS = [allOf('carts', 'id = any($1::uuid[])'), allOf('checkouts', 'cart_id = any($1::uuid[])')].join(',\n');

const VARIANTS = [
  allOf('variants', 'id = any($1::uuid[])'),
  ...['stock_levels', 'stock_openings', 'reservations'].map((table) => allOf(table, 'variant_id = any($1::uuid[])')),
  // Conditions on the ids of movements then choose their partitions.
  allOf('inventory_movements', 'variant_id = any($1::uuid[])').replace(' as ', ' as not materialized '),
].join(',\n');

/** Settings for the rest of the transaction. Sessions of the shop have the second one always. */
const SET_PLANS = `select set_config('enable_nestloop', $1, true), set_config('plan_cache_mode', 'force_generic_plan', true)`;

const TABLES = { checkouts: CHECKOUTS, carts: CARTS, variants: VARIANTS };

/**
 * Finds the violations in rows with these ids and in all that belongs to them, in the open transaction of `query`, in one
 * statement.
 */
export async function findInBatch(query: Query, batch: RowBatch): Promise<FoundRow[]> {
  const { table, ids, invariants } = batch;
  if (ids.length === 0 || invariants.length === 0) return [];
  const params = table === 'checkouts' ? await paramsOf(query, ids) : [ids];
  // Planned once, as the statement is long: without the number of rows in a batch, the plan would compare each row of one
  // table with each of another.
  await query(SET_PLANS, ['off']);
  const found = await query<FoundRow>(statementOf(batch), params);
  await query(SET_PLANS, ['on']);
  return found;
}

function statementOf({ table, invariants, most }: RowBatch): string {
  const limit = most === undefined ? '' : ` limit ${most}`;
  const selects = invariants.map(
    ({ name, sql }) => `(select '${name}' as kind, row_to_json(violation) as facts from (${sql}) as violation${limit})`,
  );
  return `with ${TABLES[table]}\n${selects.join('\nunion all ')}`;
}

interface Keys {
  id: string;
  cartId: string;
  orderId: string;
}

/** The keys of a batch. All checkouts of a cart belong to one batch, because invariants compare them. */
async function paramsOf(query: Query, ids: readonly string[]): Promise<unknown[]> {
  const keys = await query<Keys>(
    `select id, cart_id as "cartId", order_id as "orderId" from checkouts
      where cart_id = any(array(select cart_id from checkouts where id = any($1::uuid[])))`,
    [ids],
  );
  const [checkoutIds, cartIds, orderIds] = (['id', 'cartId', 'orderId'] as const).map((key) =>
    [...new Set(keys.map((row) => row[key]))].sort(),
  ) as [string[], string[], string[]];
  const endsOf = (sorted: readonly string[]) => [sorted.at(0) ?? null, sorted.at(-1) ?? null];
  return [checkoutIds, cartIds, orderIds, ...endsOf(checkoutIds), ...endsOf(orderIds)];
}
