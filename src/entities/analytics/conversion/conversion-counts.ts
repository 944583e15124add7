import { uuidv7Floor } from '../../../infra/ids.ts';
import { TERMINAL_STATES_SQL } from '../../checkout/terminal-states.ts';
import { localStart } from '../local-time.ts';

const HOUR_MS = 3_600_000;

const HAS_ENDED = `c.state in (${TERMINAL_STATES_SQL})`;
const HAS_GOODS = `(c.status in ('checkout', 'ordered') or exists (select 1 from cart_items where cart_id = c.id))`;

/**
 * SQL that counts carts with goods, and checkouts by what became of them, per local hour of their beginning. `began` is the
 * condition on the rows `c`; `changed_at` is the last change of one of them.
 */
export const countsWhere = (began: string): string => `
  select ${localStart('hour', 'c.created_at')} as hour, 'carts' as step, '' as reason,
      (count(*) filter (where ${HAS_GOODS}))::int as count,
      max(c.updated_at) as changed_at
    from carts c where ${began} group by 1
  union all select ${localStart('hour', 'c.created_at')}, case when c.state in ('ORDER_CREATED', 'COMPLETED') then 'completed'
        when ${HAS_ENDED} then lower(c.state) else 'open' end,
      case when ${HAS_ENDED} then c.reason else '' end, count(*)::int, max(c.updated_at)
    from checkouts c where ${began} group by 1, 2, 3`;

/** SQL that counts what began from $1 until before $2. Ids contain almost the same time: $3 and $4 allow an hour more. */
export const COUNTS = countsWhere(
  `c.id >= $3::uuid and c.id < $4::uuid and c.created_at >= $1::timestamptz and c.created_at < $2::timestamptz`,
);

/** The values of $1 to $4 in `COUNTS`. */
export const boundsOf = (from: Date, before: Date): unknown[] => [
  from,
  before,
  uuidv7Floor(new Date(from.getTime() - HOUR_MS)),
  uuidv7Floor(new Date(before.getTime() + HOUR_MS)),
];

/** Hours that are counted again after their end, and counted by each answer itself. Later changes are rare. */
export const OPEN_HOURS = `interval '48 hours'`;
/** SQL: hours before this instant are not open. */
export const CLOSED_BEFORE = `${localStart('hour', 'now()')} - ${OPEN_HOURS}`;

/** Carts are deleted 30 days after their last change; the counts of older hours stay as they are. */
const RECOUNTED = `interval '25 days'`;
/** SQL: the first hour that is counted again each night. */
export const RECENT = `${localStart('hour', 'now()')} - ${RECOUNTED}`;
