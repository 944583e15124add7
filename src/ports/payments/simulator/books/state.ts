import { type Ledger, openLedger } from './ledger.ts';

export type Status =
  | 'requires_payment_method'
  | 'requires_confirmation'
  | 'requires_action'
  | 'processing'
  | 'succeeded'
  | 'canceled';

/** Why an attempt failed, as Stripe words it. */
export interface Failure {
  type: string;
  code: string;
  decline_code?: string;
  message: string;
}

/**
 * Rows are never changed, only replaced: an event or a kept answer that points at a row keeps the snapshot of its
 * moment for free.
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
  readonly failure: Failure | null;
  /** When a processing intent comes to its end, in milliseconds since 1970. */
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

/** What was answered to a request; rendered anew whenever it is asked for again. */
export interface Answer {
  status: number;
  intent?: IntentRow;
  refund?: RefundRow;
  error?: { type: string; message: string; code?: string; decline_code?: string; param?: string };
}

export interface KeyRow {
  key: string;
  at: number;
  fingerprint: string;
  answer: Answer;
}

/** Everything one request does, written as one line of the journal before it is answered. */
export interface Change {
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
  /** Events whose webhook nobody has taken yet. */
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

/** Takes a change in; the same function serves live requests and the journal. */
export function apply(state: State, change: Change): void {
  for (const row of change.intents ?? []) {
    if (row.charge !== null && !state.intents.get(row.id)?.charge) state.charges += 1;
    state.intents.put(row);
  }
  for (const row of change.refunds ?? []) state.refunds.put(row);
  for (const made of change.events ?? []) {
    const event = made.intent ? { ...made, intent: shared(state, made.intent) } : made;
    state.events.put(event);
    state.pending.set(event.id, event);
  }
  for (const id of change.delivered ?? []) state.pending.delete(id);
  if (change.key) keep(state, change.key);
}

/** The state as the fewest changes that lead to it, for a fresh journal. */
export function* snapshot(state: State): Generator<Change> {
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

/** The latest row in the place of an equal one read from the journal, where every mention is a copy. */
function shared(state: State, row: IntentRow): IntentRow {
  const latest = state.intents.get(row.id);
  if (!latest || latest === row) return row;
  const same = latest.status === row.status && latest.refunded === row.refunded && latest.method === row.method;
  return same && latest.failure?.code === row.failure?.code && latest.settlesAt === row.settlesAt ? latest : row;
}
