import type { Tx } from '../../infra/database/unit-of-work.ts';
import type { SumDifference } from './correct-sums.ts';
import { localStart } from './local-time.ts';
import { SALES } from './sales.ts';

/** The sums of succeeded refunds per local hour of their success; amounts in paise. */
export const REFUND_SUMS = ['refunds', 'refunded', 'refunded_tax', 'refunded_units'];

const COLUMNS = ['hour', ...REFUND_SUMS].join(', ');

/** A refund is counted while it has succeeded. A payment without an order is no revenue, and neither is its refund. */
const IS_COUNTED = `r.state = 'succeeded' and r.order_id is not null`;

/** SQL: tax and units of the credit note of the refund `r`. Line 0 is the delivery. */
const LINES = `cross join lateral (select coalesce(sum(cgst + sgst + igst), 0) as tax,
    coalesce(sum(quantity) filter (where line > 0), 0) as units from refund_lines where refund_id = r.id) as l`;

const SUMS = `count(*)::int as refunds, sum(r.amount)::bigint as refunded, sum(l.tax)::bigint as refunded_tax,
  sum(l.units)::int as refunded_units`;

/** SQL that sums up the refunds of the hours `h (hour)`. An hour without refunds has no row. */
const summed = (hours: string): string => `select h.hour, ${SUMS} from ${hours} as h
    cross join lateral (select id, amount from refunds r
      where ${IS_COUNTED} and r.decided_at >= h.hour and r.decided_at < h.hour + interval '1 hour' offset 0) as r ${LINES}
  group by h.hour`;

/**
 * SQL that selects the sums; hours with a change that is not added up yet are summed up here. Both come from one
 * snapshot, so together they are exact.
 */
export const CURRENT_REFUNDS = `select ${COLUMNS} from refund_hours h
      where not exists (select 1 from changed_refund_hours c where c.hour = h.hour)
    union all (${summed('(select distinct hour from changed_refund_hours)')})`;

const sumsOf = (alias: string): string => REFUND_SUMS.map((sum) => `${alias}.${sum}`).join(', ');

/** The `since` of all refunds. */
export const EVER = `'-infinity'`;

/**
 * SQL for the hours after `since` whose stored sums differ from the refunds, without those that are due to be summed up again.
 */
export const refundDifferences = (since: string): string => {
  const first = localStart('hour', `${since}::timestamptz`);
  return `select coalesce(c.hour, s.hour) as hour, to_jsonb(s) as stored, to_jsonb(c) as counted
    from (select ${localStart('hour', 'r.decided_at')} as hour, ${SUMS} from refunds r ${LINES}
        where ${IS_COUNTED} and r.decided_at >= ${first} group by 1) as c
      full join (select * from refund_hours where hour >= ${first}) s on s.hour = c.hour
    where (${sumsOf('c')}) is distinct from (${sumsOf('s')})
      and not exists (select 1 from changed_refund_hours where hour = coalesce(c.hour, s.hour))`;
};

/** Marks per transaction. */
const BATCH = 1_000;

/** Sums up the hours whose refunds changed, unless another process does it. @returns whether more may have changed */
export async function sumChangedRefunds(tx: Tx): Promise<boolean> {
  // Two processes at the same time could replace new sums with old ones.
  const isOurs = await tx.query(`select 1 from order_roll_ups where name = '${SALES.name}' for update skip locked`);
  if (isOurs.length === 0) return false;
  const [taken] = await tx.query<{ marks: number }>(
    `with marks as (delete from changed_refund_hours
          where id in (select id from changed_refund_hours order by id limit ${BATCH}) returning hour),
        hours as (select distinct hour from marks),
        sums as materialized (${summed('hours')}),
        gone as (delete from refund_hours where hour in (select hour from hours except select hour from sums)),
        stored as (insert into refund_hours (${COLUMNS}) select ${COLUMNS} from sums on conflict (hour) do update set
          ${REFUND_SUMS.map((sum) => `${sum} = excluded.${sum}`).join(', ')})
      select count(*)::int as marks from marks`,
  );
  return taken?.marks === BATCH;
}

/** Marks the hours whose sums differ from their refunds as changed. @returns the differences */
export const markWrongRefunds = (tx: Tx): Promise<SumDifference[]> =>
  tx.query<SumDifference & Record<string, unknown>>(
    `with wrong as materialized (${refundDifferences(EVER)}),
        marked as (insert into changed_refund_hours (hour) select hour from wrong)
      select stored, counted from wrong`,
  );
