import pLimit from 'p-limit';
import { compareIntent } from '../../domain/provider-books.ts';
import { receiveProviderEvent } from '../../entities/payment/provider-event.ts';
import { capturedBetween, missedEvents, type OurPayment, paymentsOf } from '../../entities/reconciliation/books.ts';
import type { FoundRow } from '../../entities/reconciliation/discrepancy.ts';
import type { Run } from '../../entities/reconciliation/run.ts';
import type { Database } from '../../infra/database/database.ts';
import { external } from '../../infra/database/external.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { processProviderEvents } from '../../jobs/payments.ts';
import { type Intent, type PaymentProvider, ProviderError, type ProviderEvent } from '../../ports/payments/port.ts';
import type { WorkerDeps } from '../deps.ts';
import type { Looked } from './phases.ts';

/** Of the provider's lists, per step. */
const BATCH = 300;
/** What is younger than this, in milliseconds, is still on its way between the two books. */
const SETTLE_MS = 60_000;
/** Intents that are asked for one by one. */
const ASKED_AT_ONCE = 8;
/** The two clocks may differ by this much, in milliseconds. */
const SKEW_MS = 60_000;
/** What our endpoint is told of. */
const SUBSCRIBED = /^(payment_intent\.(?!created)|refund\.|charge\.refunded)/;

/** What a step has fetched from the provider, outside of any transaction. */
export type Fetched =
  | { events: ProviderEvent[]; next: string | null }
  | { intents: Intent[]; missing: OurPayment[]; next: string | null };

/** Where a run stands in the lists of the provider. */
type Stand = Pick<Run, 'since' | 'cursor' | 'startedAt' | 'startedBy'>;

/** Whoever starts a run by hand wants to know how things stand now. */
const untilOf = ({ cursor, startedAt, startedBy }: Stand): Date =>
  new Date(cursor ?? startedAt.getTime() - (startedBy === 'schedule' ? SETTLE_MS : 0));

/** The provider's events, newest first, from where the run stands. */
export async function fetchEvents({ provider }: WorkerDeps, run: Run): Promise<Fetched> {
  const { rows, next } = await fetchSome(provider.events(run.since, untilOf(run)), ({ createdAt }) => createdAt);
  return { events: rows, next };
}

/**
 * The provider's intents, newest first, from where the run stands, and our payments of that time that it does not know.
 * What was opened late, as after an outage, stands elsewhere in its list: what is not found there is asked for by itself.
 */
export async function fetchIntents(
  { provider, db }: { provider: PaymentProvider; db: Pick<Database, 'query'> },
  run: Stand,
) {
  const until = untilOf(run);
  const { rows, next } = await fetchSome(provider.list(run.since, until), ({ createdAt }) => createdAt);
  const listed = new Set(rows.map(({ id }) => id));
  const since = next === null ? run.since : new Date(next);
  const mine = await capturedBetween(
    db.query,
    new Date(since.getTime() + SKEW_MS),
    new Date(until.getTime() - SKEW_MS),
  );
  const limit = pLimit(ASKED_AT_ONCE);
  const unlisted = mine.filter(({ intentId }) => intentId !== null && !listed.has(intentId));
  const asked = await Promise.all(unlisted.map((payment) => limit(() => askFor(provider, payment))));
  const intents = [...rows, ...asked.filter((intent) => intent !== null)];
  return { intents, missing: unlisted.filter((_, place) => asked[place] === null), next };
}

/** The intent of a payment, as it stands now; null when there is none. */
const askFor = (provider: PaymentProvider, { intentId }: OurPayment): Promise<Intent | null> =>
  external('payments.ask', () => provider.retrieve(intentId ?? '')).catch((error) => {
    if (error instanceof ProviderError && error.code === 'RESOURCE_MISSING') return null;
    throw error;
  });

/** The next rows of a list, and the second where it goes on: a second is looked at twice rather than not at all. */
async function fetchSome<T>(list: AsyncIterable<T>, at: (row: T) => Date) {
  return external('payments.list', async () => {
    const rows: T[] = [];
    for await (const row of list) {
      const last = rows.at(-1);
      // A cut between rows of the same second would come round for ever.
      if (rows.length >= BATCH && last && at(row).getTime() < at(last).getTime())
        return { rows, next: at(row).toISOString() };
      rows.push(row);
    }
    return { rows, next: null };
  });
}

/** Events of ours that never came are taken in as if they had. */
export async function lookAtEvents(deps: WorkerDeps, tx: Tx, events: readonly ProviderEvent[]): Promise<FoundRow[]> {
  const subscribed = events.filter(({ type }) => SUBSCRIBED.test(type));
  const missed = await missedEvents(tx.query, subscribed);
  for (const { eventId } of missed) {
    const event = subscribed.find(({ id }) => id === eventId);
    if (event) receiveProviderEvent(tx, { provider: 'stripe', ...event, eventId });
  }
  if (missed.length > 0) tx.afterCommit(() => deps.queues.nudge(processProviderEvents));
  return missed.map((facts) => {
    const type = subscribed.find(({ id }) => id === facts.eventId)?.type;
    return { kind: 'provider.event-missed', facts: { ...facts, type }, action: 'taken in' };
  });
}

/** Compares intents with our payments. `missing`: those of ours that the provider does not know. */
export async function lookAtIntents(
  tx: Tx,
  { intents, missing }: { intents: readonly Intent[]; missing: readonly OurPayment[] },
): Promise<FoundRow[]> {
  const checkoutIds = intents.flatMap(({ checkoutId }) => checkoutId ?? []);
  const ours = new Map((await paymentsOf(tx.query, checkoutIds)).map((one) => [one.checkoutId, one]));
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

export const lookedOf = ({ next }: Fetched, found: FoundRow[], checked: number): Looked => ({
  found,
  checked,
  cursor: next,
});
