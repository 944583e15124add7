import pLimit from 'p-limit';
import { compareIntent } from '../../domain/provider-books.ts';
import { receiveProviderEvent } from '../../entities/payment/provider-event.ts';
import { capturedBetween, missedEvents, type OurPayment, paymentsOf } from '../../entities/reconciliation/books.ts';
import type { FoundRow } from '../../entities/reconciliation/discrepancy.ts';
import type { Run } from '../../entities/reconciliation/run.ts';
import type { Database } from '../../infra/database/database.ts';
import { external } from '../../infra/database/external-call.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { processProviderEvents } from '../../jobs/payments.ts';
import { type Intent, type PaymentProvider, ProviderError, type ProviderEvent } from '../../ports/payments/port.ts';
import type { WorkerDeps } from '../deps.ts';
import { CLOCK_SKEW_MS } from '../payments/operation.ts';
import type { PhaseResult } from './phases.ts';

/** Rows of the provider's lists per step. */
const BATCH = 300;
/** Younger records, in milliseconds, are skipped: their webhooks may not have arrived yet. */
const SETTLE_MS = 60_000;
/** Intents read in parallel. */
const CONCURRENCY = 8;
/** The event types that our webhook endpoint subscribes to. */
const SUBSCRIBED = /^(payment_intent\.(?!created)|refund\.|charge\.refunded)/;

/** Rows that a step fetched from the provider, outside of any transaction. */
export type Fetched =
  | { events: ProviderEvent[]; next: string | null }
  | { intents: Intent[]; missing: OurPayment[]; next: string | null };

/** The position of a run in the provider's lists. */
type RunPosition = Pick<Run, 'since' | 'cursor' | 'startedAt' | 'startedBy'>;

/** The end of the fetched period. A manual run includes the newest records. */
const untilOf = ({ cursor, startedAt, startedBy }: RunPosition): Date =>
  new Date(cursor ?? startedAt.getTime() - (startedBy === 'schedule' ? SETTLE_MS : 0));

/** Fetches the provider's events, newest first, from the cursor of the run. */
export async function fetchEvents({ provider }: WorkerDeps, run: Run): Promise<Fetched> {
  const { rows, next } = await fetchBatch(provider.events(run.since, untilOf(run)), ({ createdAt }) => createdAt);
  return { events: rows, next };
}

/**
 * Fetches the provider's intents, newest first, from the cursor of the run, and our payments of that period that the
 * provider does not know. An intent that was opened late, as after an outage, is outside of the listed period: the
 * worker reads each unlisted intent by its id.
 */
export async function fetchIntents(
  { provider, db }: { provider: PaymentProvider; db: Pick<Database, 'query'> },
  run: RunPosition,
) {
  const until = untilOf(run);
  const { rows, next } = await fetchBatch(provider.list(run.since, until), ({ createdAt }) => createdAt);
  const listed = new Set(rows.map(({ id }) => id));
  const since = next === null ? run.since : new Date(next);
  const ourPayments = await capturedBetween(
    db.query,
    new Date(since.getTime() + CLOCK_SKEW_MS),
    new Date(until.getTime() - CLOCK_SKEW_MS),
  );
  const limit = pLimit(CONCURRENCY);
  const unlisted = ourPayments.filter(({ intentId }) => intentId !== null && !listed.has(intentId));
  const retrieved = await Promise.all(unlisted.map((payment) => limit(() => retrieveIntent(provider, payment))));
  const intents = [...rows, ...retrieved.filter((intent) => intent !== null)];
  return { intents, missing: unlisted.filter((_, index) => retrieved[index] === null), next };
}

/** Reads the current intent of a payment; null when the provider has none. */
const retrieveIntent = (provider: PaymentProvider, { intentId }: OurPayment): Promise<Intent | null> =>
  external('payments.ask', () => provider.retrieve(intentId ?? '')).catch((error) => {
    if (error instanceof ProviderError && error.code === 'RESOURCE_MISSING') return null;
    throw error;
  });

/**
 * Fetches the next rows of a list and the second of the next row. The last second may be fetched twice, but never
 * skipped.
 */
async function fetchBatch<T>(list: AsyncIterable<T>, at: (row: T) => Date) {
  return external('payments.list', async () => {
    const rows: T[] = [];
    for await (const row of list) {
      const last = rows.at(-1);
      // A cut between rows of the same second would repeat forever.
      if (rows.length >= BATCH && last && at(row).getTime() < at(last).getTime())
        return { rows, next: at(row).toISOString() };
      rows.push(row);
    }
    return { rows, next: null };
  });
}

/** Stores missed events in the inbox, as if they had been delivered. */
export async function repairEvents(deps: WorkerDeps, tx: Tx, events: readonly ProviderEvent[]): Promise<FoundRow[]> {
  const subscribed = events.filter(({ type }) => SUBSCRIBED.test(type));
  const missed = await missedEvents(tx.query, subscribed);
  for (const { eventId } of missed) {
    const event = subscribed.find(({ id }) => id === eventId);
    if (event) receiveProviderEvent(tx, { provider: 'stripe', ...event, eventId });
  }
  if (missed.length > 0) tx.afterCommit(() => deps.queues.nudge(processProviderEvents));
  return missed.map((facts) => {
    const type = subscribed.find(({ id }) => id === facts.eventId)?.type;
    return { kind: 'provider.event-missed', facts: { ...facts, type }, action: 'event stored' };
  });
}

/** Compares intents with our payments. `missing`: our payments that the provider does not know. */
export async function inspectIntents(
  tx: Tx,
  { intents, missing }: { intents: readonly Intent[]; missing: readonly OurPayment[] },
): Promise<FoundRow[]> {
  const checkoutIds = intents.flatMap(({ checkoutId }) => checkoutId ?? []);
  const ours = new Map((await paymentsOf(tx.query, checkoutIds)).map((payment) => [payment.checkoutId, payment]));
  const found = intents.flatMap((intent): FoundRow[] => {
    const payment = ours.get(intent.checkoutId ?? '');
    const kind = payment?.isMoving ? undefined : compareIntent(intent, payment);
    return kind ? [{ kind, facts: factsOf(payment, intent) }] : [];
  });
  return [...found, ...missing.map((payment) => ({ kind: 'provider.payment-missing', facts: factsOf(payment) }))];
}

const factsOf = (payment: OurPayment | undefined, intent?: Intent) => ({
  checkoutId: payment?.checkoutId ?? intent?.checkoutId ?? null,
  intentId: intent?.id ?? payment?.intentId ?? null,
  ourIntentId: payment?.intentId ?? null,
  ours: payment ? { status: payment.status, captured: payment.captured, refunded: payment.refunded } : null,
  theirs: intent ? { status: intent.status, received: intent.amountReceived, refunded: intent.amountRefunded } : null,
});

export const phaseResult = ({ next }: Fetched, found: FoundRow[], checked: number): PhaseResult => ({
  found,
  checked,
  cursor: next,
});
