import { type Ledger, openLedger } from './ledger.ts';

export type Status =
  | 'requires_payment_method'
  | 'requires_confirmation'
  | 'requires_action'
  | 'processing'
  | 'succeeded'
  | 'canceled';

/** Why an attempt failed, in Stripe's format. */
export interface StoredFailure {
  type: string;
  code: string;
  decline_code?: string;
  message: string;
}

/**
 * Rows are immutable: a change replaces the row, so events and stored answers that refer to a row keep their snapshot.
 */
export interface IntentRow {
  readonly id: string;
  readonly secret: string;
  readonly created: number;
  readonly amount: number;
  readonly currency: string;
  readonly status: Status;
  readonly method: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly received: number;
  readonly refunded: number;
  readonly charge: string | null;
  readonly failure: StoredFailure | null;
  /** When a processing intent settles, in milliseconds since 1970. */
  readonly settlesAt: number | null;
  readonly canceledAt: number | null;
}

export interface RefundRow {
  readonly id: string;
  readonly created: number;
  readonly intent: string;
  readonly charge: string;
  readonly amount: number;
  readonly metadata: Readonly<Record<string, string>>;
  readonly status: 'pending' | 'succeeded' | 'failed';
  readonly settlesAt: number | null;
}

export interface EventRow {
  readonly id: string;
  readonly created: number;
  readonly type: string;
  readonly intent: IntentRow | null;
  readonly refund: RefundRow | null;
}

/** The answer to a request. A replay renders it again. */
export interface KeptResponse {
  status: number;
  intent?: IntentRow;
  refund?: RefundRow;
  error?: { type: string; message: string; code?: string; decline_code?: string; param?: string };
}

export interface KeyRow {
  key: string;
  at: number;
  fingerprint: string;
  answer: KeptResponse;
}

/** All changes of one request: one line of the journal, written before the response. */
export interface BookChange {
  intents?: IntentRow[];
  refunds?: RefundRow[];
  events?: EventRow[];
  key?: KeyRow;
  delivered?: string[];
}

export interface State {
  intents: Ledger<IntentRow>;
  refunds: Ledger<RefundRow>;
  events: Ledger<EventRow>;
  keys: Map<string, KeyRow>;
  /** Events whose webhook is not delivered yet. */
  pending: Map<string, EventRow>;
  charges: number;
}

const EVENTS_KEPT = 20_000;
const KEYS_KEPT_MS = 24 * 3_600_000;

export function openState(): State {
  return {
    intents: openLedger(),
    refunds: openLedger(),
    events: openLedger(EVENTS_KEPT),
    keys: new Map(),
    pending: new Map(),
    charges: 0,
  };
}

/** Applies a change, of a live request or of the journal. */
export function apply(state: State, change: BookChange): void {
  for (const row of change.intents ?? []) {
    if (row.charge !== null && !state.intents.get(row.id)?.charge) state.charges += 1;
    state.intents.put(row);
  }
  for (const row of change.refunds ?? []) state.refunds.put(row);
  for (const added of change.events ?? []) {
    const event = added.intent ? { ...added, intent: shared(state, added.intent) } : added;
    state.events.put(event);
    state.pending.set(event.id, event);
  }
  for (const id of change.delivered ?? []) state.pending.delete(id);
  if (change.key) keep(state, change.key);
}

/** Yields the state as a minimal list of changes, for a compacted journal. */
export function* snapshot(state: State): Generator<BookChange> {
  for (const row of state.intents.oldestFirst()) yield { intents: [row] };
  for (const row of state.refunds.oldestFirst()) yield { refunds: [row] };
  for (const event of state.events.oldestFirst()) {
    yield { events: [event], ...(!state.pending.has(event.id) && { delivered: [event.id] }) };
  }
  for (const key of state.keys.values()) yield { key };
}

function keep(state: State, { answer, ...row }: KeyRow): void {
  const { keys } = state;
  keys.set(row.key, { ...row, answer: answer.intent ? { ...answer, intent: shared(state, answer.intent) } : answer });
  for (const oldest of keys.values()) {
    if (oldest.at > row.at - KEYS_KEPT_MS) break;
    keys.delete(oldest.key);
  }
}

/** Replaces a copy of a row, as read from the journal, with the equal latest row, to save memory. */
function shared(state: State, row: IntentRow): IntentRow {
  const latest = state.intents.get(row.id);
  if (!latest || latest === row) return row;
  const same = latest.status === row.status && latest.refunded === row.refunded && latest.method === row.method;
  return same && latest.failure?.code === row.failure?.code && latest.settlesAt === row.settlesAt ? latest : row;
}
