import type { Query } from '../../infra/database/query.ts';
import type { GaugeSet, Reading } from '../../infra/observability/metrics.ts';

/** What the books look like now; every worker tells the same, so take the maximum over them. */
const GAUGES: GaugeSet['gauges'] = {
  discrepancies_open: {
    help: 'Discrepancies that are being healed or wait for a person',
    labels: ['kind', 'severity', 'state'],
  },
  reconciliation_age_seconds: { help: 'Since the last run of its kind that came to its end', labels: ['kind'] },
  outbox_commands: { help: 'Commands without an effect yet', labels: [] },
  outbox_oldest_seconds: { help: 'Age of the oldest of them', labels: [] },
  checkouts_busy: { help: 'Checkouts that we are working on', labels: ['state'] },
  payments_unsettled: { help: 'Payments whose end we have not heard of', labels: ['status'] },
  operations_open: {
    help: 'What the provider was asked to do and has not answered for good',
    labels: ['kind', 'status'],
  },
  notices_waiting: { help: 'Events of the provider that are not worked on yet', labels: [] },
  documents_due: { help: 'Invoices and credit notes that are to be issued', labels: ['kind'] },
  webhook_deliveries_waiting: { help: 'Events that subscribers have not taken yet', labels: [] },
};

const NONE = `'{}'::jsonb`;
const SECONDS_SINCE = (instant: string): string => `coalesce(extract(epoch from clock_timestamp() - ${instant}), 0)`;

/** Each reads an index of what is open, so that their cost does not grow with the shop's past. */
const FIGURES = `
  select 'discrepancies_open' as gauge, jsonb_build_object('kind', kind, 'severity', severity, 'state', state) as labels, count(*) as value
    from discrepancies where state in ('healing', 'person') group by kind, severity, state
  union all select 'reconciliation_age_seconds', jsonb_build_object('kind', kind), ${SECONDS_SINCE('max(finished_at)')}
    from reconciliation_runs where state = 'done' group by kind
  union all select 'outbox_commands', ${NONE}, count(*) from outbox
  union all select 'outbox_oldest_seconds', ${NONE}, ${SECONDS_SINCE('min(created_at)')} from outbox
  union all select 'checkouts_busy', jsonb_build_object('state', state), count(*) from checkouts where busy group by state
  union all select 'payments_unsettled', jsonb_build_object('status', status), count(*) from payments
    where status in ('opening', 'requires_method', 'requires_action', 'processing') group by status
  union all select 'operations_open', jsonb_build_object('kind', kind, 'status', status), count(*) from payment_operations
    where status in ('pending', 'unknown') group by kind, status
  union all select 'notices_waiting', ${NONE}, count(*) from webhook_inbox where processed_at is null
  union all select 'documents_due', jsonb_build_object('kind', kind), count(*) from documents_due group by kind
  union all select 'webhook_deliveries_waiting', ${NONE}, count(*) from webhook_deliveries where state = 'pending'`;

/** The shop's gauges for whoever watches over it. */
export const figures = (query: Query): GaugeSet => ({
  gauges: GAUGES,
  read: async () => (await query<Reading>(FIGURES, [])).map((row) => ({ ...row, value: Number(row.value) })),
});
