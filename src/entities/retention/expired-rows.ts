import type { Database } from '../../infra/database/database.ts';
import { type Found, findsRows } from '../../infra/database/finds-rows.ts';
import { type Lines, RETENTION_RULES, type RetentionRule } from './rules.ts';

/** Rows per statement and round, to keep each round short beside live traffic. The next round continues. */
const BATCH = 1_000;

/** Finds one batch of a rule's rows. */
const expiredOf = (rule: RetentionRule, columns = rule.key ?? 'id'): string => {
  const { table, since, period, where = 'true', clock = 'now()' } = rule;
  return `select ${columns} from ${table}
      where ${since} < ${clock} - interval '${period}' and ${where} order by ${since} limit ${BATCH}`;
};

/** The statements that delete one batch of a rule's rows. */
function statementsOf(rule: RetentionRule): string[] {
  const { table, key = 'id', parts, lines } = rule;
  if (lines) return [deleteWithLines(rule, lines)];
  const expired = expiredOf(rule);
  const rows = `delete from ${table} where (${key}) in (${expired})`;
  if (!parts) return [rows];
  return [
    `delete from ${parts.table} where (${parts.key}) in (
      select ${parts.key} from ${parts.table} where ${parts.column} in (${expired}) limit ${BATCH})`,
    `${rows} and not exists (select 1 from ${parts.table} where ${parts.column} = ${table}.${key})`,
  ];
}

/** Rows that stay are marked, so that the next rounds pass over them. Arrays find rows by the index, whatever the planner expects. */
function deleteWithLines(rule: RetentionRule, { keptBy, ...lines }: Lines): string {
  const { table } = rule;
  const isKept = `exists (select 1 from ${keptBy.table} where ${keptBy.column} = ${table}.id) as is_kept`;
  const gone = `any(array(select id from expired where not is_kept))`;
  return `with expired as (${expiredOf(rule, `id, ${isKept}`)} for update skip locked),
        kept as (update ${table} set kept_at = now() where id = any(array(select id from expired where is_kept))),
        lines as (delete from ${lines.table} where ${lines.column} = ${gone})
      delete from ${table} where id = ${gone}`;
}

/** Finds the rules with expired rows: mostly there are none. */
export const FIND_EXPIRED = findsRows(RETENTION_RULES.map((rule) => expiredOf(rule)));
export const DELETE_EXPIRED = RETENTION_RULES.map(statementsOf);

/** Deletes one batch of each kind of row past its retention period. */
export async function deleteExpiredRows({ query }: Pick<Database, 'query'>): Promise<void> {
  const [row] = await query<Found>(FIND_EXPIRED);
  const due = DELETE_EXPIRED.filter((_, index) => row?.found[index]);
  for (const statement of due.flat()) await query(statement);
}
