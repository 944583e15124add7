import type { Invariant } from '../reconciliation/invariant.ts';

export const IMPORT_INVARIANTS: readonly Invariant[] = [
  {
    name: 'imports.account-for-each-row',
    says: 'The counts of a product import agree with the outcomes of its rows.',
    // The rows of a finished import are deleted after a month, before the import itself.
    sql: `select i.id as "importId", i.rows, i.created, i.updated, i.unchanged, i.failed, r.counted
      from product_imports i, lateral (
        select json_build_object('rows', count(*), 'created', count(*) filter (where outcome = 'created'),
            'updated', count(*) filter (where outcome = 'updated'), 'unchanged', count(*) filter (where outcome = 'unchanged'),
            'failed', count(*) filter (where outcome = 'failed'))::jsonb as counted
          from import_rows where import_id = i.id) r
      where i.status <> 'receiving' and (i.finished_at is null or i.finished_at > now() - interval '29 days')
        and r.counted <> jsonb_build_object('rows', i.rows, 'created', i.created, 'updated', i.updated,
          'unchanged', i.unchanged, 'failed', i.failed)`,
  },
];
