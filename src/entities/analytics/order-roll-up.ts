/**
 * At the end of each lookup of an order: PostgreSQL then finds every order by its key, however many it expects. Without
 * it, it may join whole tables.
 */
export type Fence = '' | 'offset 0';

/** Sums over orders in a table: one row per combination of `keys`, for example per local hour. */
export interface OrderRollUp {
  /** Its row in `order_roll_ups`. */
  name: string;
  table: string;
  keys: readonly string[];
  sums: readonly string[];
  /** SQL for the local day of a row's key; for months, their first. */
  day: string;
  /** SQL that selects the columns `keys` and `sums` of the orders in `n (number, order_id)`, in any number of rows. */
  rows(fence: Fence): string;
}

/** The columns of a roll-up as a SQL list. */
export const columnsOf = ({ keys, sums }: OrderRollUp): string => [...keys, ...sums].join(', ');

/** SQL that sums up the orders with numbers that fulfil the condition `orders`. */
export const summed = (rollUp: OrderRollUp, { orders, fence }: { orders: string; fence: Fence }): string => {
  const { keys, sums, rows } = rollUp;
  const totals = sums.map((sum) => `sum(${sum})::bigint as ${sum}`);
  return `with n as materialized (select number, order_id from order_numbers where ${orders} order by number)
    select ${[...keys, ...totals].join(', ')} from (${rows(fence)}) as r group by ${keys.join(', ')}`;
};

/** SQL: the number up to which the orders are added. */
export const addedUpTo = ({ name }: OrderRollUp): string =>
  `(select added_up_to from order_roll_ups where name = '${name}')`;

/** SQL that selects the sums of the orders that the table does not contain yet. */
export const pendingSums = (rollUp: OrderRollUp): string =>
  summed(rollUp, { orders: `number > ${addedUpTo(rollUp)}`, fence: 'offset 0' });

/**
 * SQL that selects the sums, and the sums of the orders that they do not contain yet as further rows. Both come from one
 * snapshot, so together they contain every committed order exactly once.
 */
export const currentSums = (rollUp: OrderRollUp): string =>
  `select ${columnsOf(rollUp)} from ${rollUp.table} union all (${pendingSums(rollUp)})`;
