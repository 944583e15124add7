import { MONTHLY_TABLES } from '../monthly-tables.ts';
import type { Invariant } from '../reconciliation/invariant.ts';

const TABLES = MONTHLY_TABLES.map((table) => `('${table}')`).join(', ');

export const PARTITION_INVARIANTS: readonly Invariant[] = [
  {
    name: 'partitions.are-there-in-time',
    says: 'Every table that is partitioned by month has partitions for this month and the next.',
    sql: `select t.name as table, to_char(m.month, 'YYYY-MM') as column from (values ${TABLES}) as t (name),
        (select date_trunc('month', now() at time zone 'utc') + n * interval '1 month' as month from generate_series(0, 1) as n) m
      where to_regclass(t.name || '_p' || to_char(m.month, 'YYYY_MM')) is null`,
  },
];
