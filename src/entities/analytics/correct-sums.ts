import type { Tx } from '../../infra/database/unit-of-work.ts';
import { uuidv7FloorOf } from '../../infra/ids.ts';
import { localTime } from './local-time.ts';
import { addedUpTo, columnsOf, type OrderRollUp, summed } from './order-roll-up.ts';

/** SQL for the first day of the local month of $1. */
const FIRST_DAY = `date_trunc('month', ${localTime('$1::timestamptz')})::date`;
/** A checkout becomes an order within this time of its start, so the ids of the orders of a month are not older. */
const LONGEST_CHECKOUT = `interval '31 days'`;
const EARLIEST_ID = uuidv7FloorOf(`($1::timestamptz - interval '31 days' - ${LONGEST_CHECKOUT})`);

/** SQL for the rows whose stored and recounted sums differ: the first key, `stored` and `counted`. */
export const differences = (rollUp: OrderRollUp): string => differencesOf(rollUp, { orders: 'true', days: 'true' });

/** The same for the local month of $1, a `timestamptz`, and later months. */
export const recentDifferences = (rollUp: OrderRollUp): string =>
  differencesOf(rollUp, { orders: `order_id >= ${EARLIEST_ID}`, days: `${rollUp.day} >= ${FIRST_DAY}` });

function differencesOf(rollUp: OrderRollUp, { orders, days }: { orders: string; days: string }): string {
  const { table, keys, sums } = rollUp;
  const row = (alias: string): string => sums.map((sum) => `${alias}.${sum}`).join(', ');
  const recounted = summed(rollUp, { orders: `number <= ${addedUpTo(rollUp)} and ${orders}`, fence: '' });
  return `select coalesce(c.${keys[0]}, s.${keys[0]}) as ${keys[0]}, to_jsonb(s) as stored, to_jsonb(c) as counted
    from (select * from (${recounted}) as recounted where ${days}) as c
      full join (select * from ${table} where ${days}) s on ${keys.map((key) => `s.${key} = c.${key}`).join(' and ')}
    where (${row('c')}) is distinct from (${row('s')})`;
}

/** A row of a roll-up as it is stored, and as it is counted; null: there is none. */
export interface SumDifference {
  stored: object | null;
  counted: object | null;
}

/** Replaces the sums that differ from a recount. @returns what differed */
export async function correctSums(tx: Tx, rollUp: OrderRollUp): Promise<SumDifference[]> {
  await tx.query(`select 1 from order_roll_ups where name = $1 for update`, [rollUp.name]);
  const wrong = await tx.query<SumDifference & Record<string, unknown>>(differences(rollUp));
  const { table, keys } = rollUp;
  const columns = columnsOf(rollUp);
  const rows = `jsonb_populate_recordset(null::${table}, $1::jsonb)`;
  const isSame = keys.map((key) => `t.${key} = s.${key}`).join(' and ');
  await tx.query(`delete from ${table} t using ${rows} s where ${isSame}`, [
    JSON.stringify(wrong.flatMap(({ stored }) => stored ?? [])),
  ]);
  await tx.query(`insert into ${table} (${columns}) select ${columns} from ${rows}`, [
    JSON.stringify(wrong.flatMap(({ counted }) => counted ?? [])),
  ]);
  return wrong;
}
