import type { Tx } from '../../infra/database/unit-of-work.ts';
import { addedUpTo, columnsOf, type OrderRollUp, summed } from './order-roll-up.ts';

/** SQL that counts all orders again that the sums should contain. */
const recounted = (rollUp: OrderRollUp): string =>
  summed(rollUp, { orders: `number <= ${addedUpTo(rollUp)}`, fence: '' });

/** SQL for the rows whose stored and recounted sums differ: the first key, `stored` and `counted`. */
export const differences = (rollUp: OrderRollUp): string => {
  const { table, keys, sums } = rollUp;
  const row = (alias: string): string => sums.map((sum) => `${alias}.${sum}`).join(', ');
  return `select coalesce(c.${keys[0]}, s.${keys[0]}) as ${keys[0]}, to_jsonb(s) as stored, to_jsonb(c) as counted
    from (${recounted(rollUp)}) as c full join ${table} s on ${keys.map((key) => `s.${key} = c.${key}`).join(' and ')}
    where (${row('c')}) is distinct from (${row('s')})`;
};

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
