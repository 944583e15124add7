import type { Database } from '../../infra/database/database.ts';
import { RETENTION_RULES, type RetentionRule } from './rules.ts';

/** Rows per statement and round, to keep each round short beside live traffic. The next round continues. */
const BATCH = 1_000;

/** The statements that delete one batch of a rule's rows. */
function statementsOf({ table, key = 'id', since, period, where = 'true', clock = 'now()', ...rule }: RetentionRule) {
  const { parts, lines } = rule;
  const expired = `select ${key} from ${table}
      where ${since} < ${clock} - interval '${period}' and ${where} order by ${since} limit ${BATCH}`;
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

const DELETE_EXPIRED = RETENTION_RULES.flatMap(statementsOf);

/** Deletes one batch of each kind of row past its retention period. */
export async function deleteExpiredRows({ query }: Pick<Database, 'query'>): Promise<void> {
  for (const statement of DELETE_EXPIRED) await query(statement);
}
