import { CHECKOUT_TERMINAL_STATES, ORDER_STATES } from '../domain/states.ts';
import type { EventFields, FactMetrics, Sample } from '../infra/observability/fact-metrics.ts';

/** The failures whose counter begins with 0, so that an alert sees the first one. */
export const FAILURES = [
  'database.connections.error',
  'database.statement_names.error',
  'document.failed',
  'documents.batch.failed',
  'http.failed',
  'job.dead.failed',
  'order.refund.failed',
  'partitions.missing.error',
  'payment.operation.failed',
  'payment.refund.failed',
  'payment.second_charge.error',
  'process.stop.failed',
  'process.stop.forced',
  'reconciliation.phase.failed',
  'sweeper.failed',
  'tracing.export.failed',
  'tracing.flush.failed',
  'web.stuck',
  'webhook.failed',
];

const one = (): Sample => ({});
const outcome = (name: string) => (): Sample => ({ labels: { outcome: name } });
const amountOf = ({ amount }: EventFields): Sample => ({ value: Number(amount ?? 0) });
const isOver = (state: unknown): boolean => CHECKOUT_TERMINAL_STATES.some((one) => one === state);

/** An order that entered a state; `value`: what it counts. */
const entered = (value: (fields: EventFields) => number) => ({
  'order.placed': (fields: EventFields) => ({ labels: { state: fields.state }, value: value(fields) }),
  'order.advanced': (fields: EventFields) =>
    fields.from === fields.to ? undefined : { labels: { state: fields.to }, value: value(fields) },
});

const eachState = ORDER_STATES.map((state) => ({ state }));
const eachOutcome = (...names: string[]) => names.map((name) => ({ outcome: name }));

/** The business metrics, counted when their event is committed. Money is in paise. */
export const SHOP_METRICS: FactMetrics = {
  checkouts_started_total: {
    kind: 'counter',
    help: 'Checkouts that were accepted',
    labels: [],
    on: { 'checkout.started': one },
  },
  checkouts_completed_total: {
    kind: 'counter',
    help: 'Checkouts that became orders',
    labels: [],
    on: { 'order.placed': one },
  },
  checkouts_ended_total: {
    kind: 'counter',
    help: 'Checkouts that ended without an order, by state and reason',
    labels: ['state', 'reason'],
    on: {
      'checkout.advanced': ({ from, to, reason }) =>
        isOver(to) && !isOver(from) ? { labels: { state: to, reason } } : undefined,
    },
  },
  orders_total: {
    kind: 'counter',
    help: 'Orders that entered a state',
    labels: ['state'],
    zeroes: eachState,
    on: entered(() => 1),
  },
  order_value_paise_total: {
    kind: 'counter',
    help: 'Totals, in paise, of the orders that entered a state; refunds are not deducted',
    labels: ['state'],
    zeroes: eachState,
    on: entered(({ total }) => Number(total)),
  },
  units_sold_total: {
    kind: 'counter',
    help: 'Units of the orders that were placed',
    labels: [],
    on: { 'order.placed': ({ units }) => ({ value: Number(units) }) },
  },
  refunds_total: {
    kind: 'counter',
    help: 'Refunds by outcome; dashboard: made in the dashboard of the payment provider',
    labels: ['outcome'],
    zeroes: eachOutcome('succeeded', 'failed', 'dashboard'),
    on: {
      'payment.refunded': outcome('succeeded'),
      'payment.dashboard_refund.recorded': outcome('dashboard'),
      'payment.refund.failed': outcome('failed'),
      'payment.operation.failed': ({ kind }) => (kind === 'refund' ? { labels: { outcome: 'failed' } } : undefined),
    },
  },
  refunded_paise_total: {
    kind: 'counter',
    help: 'Refunded money in paise; a refund that failed afterwards is not deducted',
    labels: [],
    on: { 'payment.refunded': amountOf, 'payment.dashboard_refund.recorded': amountOf },
  },
  stock_outs_total: {
    kind: 'counter',
    help: 'How often a checkout reserved the last unit of a variant',
    labels: [],
    on: { 'stock.sold_out': one },
  },
  mails_total: {
    kind: 'counter',
    help: 'Mails by outcome; deferred: the mail server did not accept it now',
    labels: ['outcome'],
    zeroes: eachOutcome('sent', 'refused', 'skipped', 'deferred'),
    on: {
      'mail.sent': outcome('sent'),
      'mail.written': outcome('sent'),
      'mail.refused': outcome('refused'),
      'mail.skipped': outcome('skipped'),
      'mail.waits': outcome('deferred'),
    },
  },
  webhook_attempts_total: {
    kind: 'counter',
    help: 'Attempts to deliver a webhook by outcome; given_up: the last attempt failed',
    labels: ['outcome'],
    zeroes: eachOutcome('delivered', 'failed', 'given_up'),
    on: {
      'webhook.delivered': outcome('delivered'),
      'webhook.failed': ({ isLast }) => ({ labels: { outcome: isLast === true ? 'given_up' : 'failed' } }),
    },
  },
  provider_call_seconds: {
    kind: 'histogram',
    help: 'Duration of calls to the payment provider in seconds, by kind of call and outcome',
    labels: ['provider', 'call', 'outcome'],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16],
    on: {
      'provider.called': ({ provider, call, outcome: ended, ms }) => {
        return { labels: { provider, call, outcome: ended }, value: Number(ms) / 1_000 };
      },
    },
  },
  provider_circuit_open: {
    kind: 'gauge',
    help: '1 while the circuit breaker rejects calls to the payment provider',
    labels: ['provider'],
    zeroes: [{ provider: 'stripe' }],
    on: {
      'provider.circuit_opened': ({ provider }) => ({ labels: { provider }, value: 1 }),
      'provider.circuit_closed': ({ provider }) => ({ labels: { provider }, value: 0 }),
    },
  },
};
