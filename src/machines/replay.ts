import { type Difference, differencesOf } from '../domain/differences.ts';
import { ORDER_CLAIMED } from '../domain/states.ts';
import {
  type CheckoutEvent,
  decide,
  fromStored,
  migrateCheckout,
  type StoredMachine,
  stateOf,
  toStored,
} from './checkout.ts';
import { decideOrder, migrateOrder, newOrder, type OrderEvent, orderToStored, type StoredOrder } from './order.ts';

/** What is stored of a checkout or an order; amounts in paise. A checkout's history has no event data. */
export interface StoredHistory {
  kind: 'checkout' | 'order';
  machine: { version: number; value: unknown; context: unknown } | null;
  total: number | null;
  captured: number;
  units: number;
  steps: readonly { seq: number; event: string; accepted: boolean; to: string; data: object | null }[];
}

type StoredStep = StoredHistory['steps'][number];

/** A replayed step, with the stored and the replayed state. */
export interface ReplayedStep {
  seq: number;
  event: string;
  stored: string;
  replayed: string;
  isSame: boolean;
}

export interface ReplayedHistory {
  steps: ReplayedStep[];
  /**
   * Differences between the stored machine, migrated to the current version, and the replayed one; empty when the
   * replay stops before the last step. Only the version, when a later release stored the machine.
   */
  machine: Difference[];
}

/** Pure: replays a stored history with the current machine, up to step `to`. */
export function replay(history: StoredHistory, to = Infinity): ReplayedHistory {
  // If the first step is archived, the remaining steps cannot be replayed.
  const replayable = history.steps[0]?.seq === 1 ? history.steps : [];
  const selected = replayable.filter(({ seq }) => seq <= to);
  const { steps, last } =
    history.kind === 'checkout' ? replayCheckout(history, selected) : replayOrder(history, selected);
  const isWhole = selected.length === replayable.length && selected.length > 0;
  return { steps, machine: isWhole ? machineDifferences(history, last) : [] };
}

function machineDifferences({ kind, machine }: StoredHistory, replayed: StoredMachine | StoredOrder): Difference[] {
  if (!machine) return [];
  if (machine.version > replayed.version)
    return [{ path: 'version', stored: machine.version, replayed: replayed.version }];
  const stored = kind === 'checkout' ? migrateCheckout(machine as StoredMachine) : migrateOrder(machine as StoredOrder);
  return differencesOf(stored, JSON.parse(JSON.stringify(replayed)));
}

function replayCheckout({ total, captured }: StoredHistory, steps: readonly StoredStep[]) {
  const eventData = { total: total ?? 0, amount: captured, reason: 'replayed' };
  const { replayed, last } = fold(steps, {
    first: fromStored(null),
    applyStep: (from, { event }) => decide(from, { type: event, ...eventData } as CheckoutEvent),
    stateOf,
  });
  return { steps: replayed, last: toStored(last) };
}

function replayOrder({ total, units }: StoredHistory, steps: readonly StoredStep[]) {
  const { replayed, last } = fold(steps, {
    first: newOrder({ total: total ?? 0, units }),
    applyStep: (from, { event, data }) =>
      event === ORDER_CLAIMED
        ? { next: from, accepted: true }
        : decideOrder(from, { type: event, ...data } as OrderEvent),
    stateOf: (snapshot) => orderToStored(snapshot).value,
  });
  return { steps: replayed, last: orderToStored(last) };
}

interface Machine<Snapshot> {
  first: Snapshot;
  applyStep(from: Snapshot, step: StoredStep): { next: Snapshot; accepted: boolean };
  stateOf(snapshot: Snapshot): string;
}

/** Step 1 is the creation. After a difference, the replay goes on from the replayed state. */
function fold<Snapshot>(steps: readonly StoredStep[], { first, applyStep, stateOf }: Machine<Snapshot>) {
  let last = first;
  const replayed = steps.map((step): ReplayedStep => {
    const { next, accepted } = step.seq === 1 ? { next: last, accepted: true } : applyStep(last, step);
    last = next;
    const states = { stored: formatState(step.to, step.accepted), replayed: formatState(stateOf(next), accepted) };
    return { seq: step.seq, event: step.event, ...states, isSame: states.stored === states.replayed };
  });
  return { replayed, last };
}

const formatState = (state: string, accepted: boolean): string => (accepted ? state : `${state}, refused`);
