import type { Database } from '../../infra/database/database.ts';
import { type Found, findsRows } from '../../infra/database/finds-rows.ts';
import { RETENTION_RULES, type RetentionRule } from './rules.ts';

/** Rows per statement and round, to keep each round short beside live traffic. The next round continues. */
const BATCH = 1_000;

/** Finds one batch of a rule's rows. */
const expiredOf = ({ table, key = 'id', since, period, where = 'true', clock = 'now()' }: RetentionRule): string =>
  `select ${key} from ${table}
      where ${since} < ${clock} - interval '${period}' and ${where} order by ${since} limit ${BATCH}`;

/** The statements that delete one batch of a rule's rows. */
function statementsOf(rule: RetentionRule): string[] {
  const { table, key = 'id', parts, lines } = rule;
  const expired = expiredOf(rule);
  if (lines)
    return [
      `with expired as (${expired} for update skip locked),
          lines as (delete from ${lines.table} where ${lines.column} in (select ${key} from expired))
        delete from ${table} where ${key} in (select ${key} from expired)`,
    ];
  const rows = `delete from ${table} where (${key}) in (${expired})`;
  if (!parts) return [rows];
  return [
    `delete from ${parts.table} where (${parts.key}) in (
      select ${parts.key} from ${parts.table} where ${parts.column} in (${expired}) limit ${BATCH})`,
    `${rows} and not exists (select 1 from ${parts.table} where ${parts.column} = ${table}.${key})`,
  ];
}

/** Finds the rules with expired rows: mostly there are none. */
export const FIND_EXPIRED = findsRows(RETENTION_RULES.map(expiredOf));
export const DELETE_EXPIRED = RETENTION_RULES.map(statementsOf);

/** Deletes one batch of each kind of row past its retention period. */
export async function deleteExpiredRows({ query }: Pick<Database, 'query'>): Promise<void> {
  const [row] = await query<Found>(FIND_EXPIRED);
  const due = DELETE_EXPIRED.filter((_, index) => row?.found[index]);
  for (const statement of due.flat()) await query(statement);
}
