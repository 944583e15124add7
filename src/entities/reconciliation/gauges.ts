import type { Query } from '../../infra/database/query.ts';
import type { GaugeSet, Reading } from '../../infra/observability/metrics.ts';
import { STALL_TIMEOUT } from './run.ts';

/** Gauges of the current state. Every worker exports the same values: aggregate with max(), not sum(). */
const GAUGES: GaugeSet['gauges'] = {
  discrepancies_open: {
    help: 'Discrepancies that are being healed or wait for a person',
    labels: ['kind', 'severity', 'state'],
  },
  reconciliation_age_seconds: { help: 'Seconds since the last finished reconciliation run', labels: ['kind'] },
  reconciliation_runs_active: { help: 'Reconciliation runs that make progress: 0 or 1', labels: ['kind'] },
  outbox_commands: { help: 'Commands in the outbox', labels: [] },
  outbox_oldest_seconds: {
    help: 'Age of the oldest command in the outbox in seconds, without mails, which may wait for days',
    labels: [],
  },
  checkouts_busy: { help: 'Checkouts that are being processed', labels: ['state'] },
  payments_unsettled: { help: 'Payments without a final status', labels: ['status'] },
  operations_open: {
    help: 'Calls to the payment provider without a final result',
    labels: ['kind', 'status'],
  },
  provider_events_waiting: { help: 'Unprocessed events of the payment provider', labels: [] },
  documents_due: { help: 'Invoices and credit notes that are due to be issued', labels: ['kind'] },
  webhook_deliveries_waiting: { help: 'Webhook deliveries that are pending', labels: [] },
  order_commands_waiting: { help: 'Commands about orders that no worker has decided', labels: [] },
  reviews_waiting: { help: 'Reviews that wait for a job (pending) or for a moderator (held)', labels: ['state'] },
  returns_waiting: { help: 'Returns that wait for a decision or for their goods', labels: ['state'] },
};

const NONE = `'{}'::jsonb`;
const SECONDS_SINCE = (instant: string): string => `coalesce(extract(epoch from clock_timestamp() - ${instant}), 0)`;

/** Each part reads a partial index of open rows, so the cost does not grow with the shop's history. */
const READINGS = `
  select 'discrepancies_open' as gauge, jsonb_build_object('kind', kind, 'severity', severity, 'state', state) as labels, count(*) as value
    from discrepancies where state in ('healing', 'person') group by kind, severity, state
  union all select 'reconciliation_age_seconds', jsonb_build_object('kind', kind), ${SECONDS_SINCE('max(finished_at)')}
    from reconciliation_runs where state = 'done' and phase <> 'given up' group by kind
  union all select 'reconciliation_runs_active', jsonb_build_object('kind', kinds.kind), count(r.id)
    from (values ('recent'), ('full')) as kinds (kind)
    left join reconciliation_runs r on r.kind = kinds.kind and r.state = 'running' and r.updated_at > now() - ${STALL_TIMEOUT}
    group by kinds.kind
  union all select 'outbox_commands', ${NONE}, count(*) from outbox
  union all select 'outbox_oldest_seconds', ${NONE}, ${SECONDS_SINCE('min(created_at)')} from outbox where queue <> 'mail'
  union all select 'checkouts_busy', jsonb_build_object('state', state), count(*) from checkouts where busy group by state
  union all select 'payments_unsettled', jsonb_build_object('status', status), count(*) from payments
    where status in ('opening', 'requires_method', 'requires_action', 'processing') group by status
  union all select 'operations_open', jsonb_build_object('kind', kind, 'status', status), count(*) from payment_operations
    where status in ('pending', 'unknown') group by kind, status
  union all select 'provider_events_waiting', ${NONE}, count(*) from webhook_inbox where processed_at is null
  union all select 'documents_due', jsonb_build_object('kind', kind), count(*) from documents_due group by kind
  union all select 'webhook_deliveries_waiting', ${NONE}, count(*) from webhook_deliveries where state = 'pending'
  union all select 'order_commands_waiting', ${NONE}, count(*) from order_commands where state = 'pending'
  union all select 'reviews_waiting', jsonb_build_object('state', state), count(*) from reviews
    where state in ('pending', 'held') group by state
  union all select 'returns_waiting', jsonb_build_object('state', state), count(*) from returns
    where state in ('requested', 'approved') group by state`;

/** The gauge set of the shop for Prometheus. */
export const shopGauges = (query: Query): GaugeSet => ({
  gauges: GAUGES,
  read: async () =>
    (await query<Omit<Reading, 'value'> & { value: string }>(READINGS, [])).map((row) => ({
      ...row,
      value: Number(row.value),
    })),
});
