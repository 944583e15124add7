import type { Tx } from '../../infra/database/unit-of-work.ts';
import { columnsOf, type OrderRollUp, summed } from './order-roll-up.ts';

/** Orders per transaction. */
const BATCH = 5_000;

interface Mark {
  after: number;
  upTo: number;
  end: number;
  last: number;
  isFinal: boolean;
  isForeign: boolean;
}

/*
 * A number is taken before the commit, by a transaction that has its transaction id already: it has locked the checkout.
 * `last` is read before this transaction gets its own id. So when all transactions with a lower id have ended, no order
 * up to `last` can still appear. A transaction id from the future comes from another server: the database was restored
 * from a dump.
 */
const LOCK_MARK = `select added_up_to as "after", least(next_up_to, added_up_to + ${BATCH}) as "upTo", next_up_to as "end",
    greatest(next_up_to, (select max(number) from order_numbers)) as last, next_xid <= pg_snapshot_xmin(pg_current_snapshot()) as "isFinal",
    next_xid > pg_snapshot_xmax(pg_current_snapshot()) as "isForeign"
  from order_roll_ups where name = $1 for update skip locked`;

const SET_NEXT = `update order_roll_ups set next_xid = pg_current_xact_id(), next_up_to = $2 where name = $1`;

const addStatement = (rollUp: OrderRollUp): string => {
  const { table, keys, sums } = rollUp;
  const added = sums.map((sum) => `${sum} = t.${sum} + excluded.${sum}`);
  return `insert into ${table} as t (${columnsOf(rollUp)})
      ${summed(rollUp, { orders: 'number > $1 and number <= $2', fence: 'offset 0' })}
    on conflict (${keys.join(', ')}) do update set ${added.join(', ')}`;
};

/**
 * Adds a batch of orders that no earlier order can follow, each once. Does nothing while another process does it.
 * @returns whether more orders can be added at once
 */
export async function addNextOrders(tx: Tx, rollUp: OrderRollUp): Promise<boolean> {
  const { name } = rollUp;
  const [mark] = await tx.query<Mark & Record<string, unknown>>(LOCK_MARK, [name]);
  if (!mark) return false;
  const { after, upTo, end, last, isFinal, isForeign } = mark;
  if (!isFinal && !isForeign) return false;
  if (isFinal && upTo > after) {
    await tx.query(addStatement(rollUp), [after, upTo]);
    await tx.query(`update order_roll_ups set added_up_to = $2 where name = $1`, [name, upTo]);
    if (upTo < end) return true;
  }
  await tx.query(SET_NEXT, [name, last]);
  return false;
}
