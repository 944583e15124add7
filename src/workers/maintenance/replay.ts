import { type Difference, differencesOf } from '../../domain/differences.ts';
import { differenceOf } from '../../domain/pricing/snapshot.ts';
import { loadReplayable, type Replayable } from '../../entities/checkout/replayable.ts';
import { CLAIMED } from '../../entities/order/guest-order-claim.ts';
import type { Query } from '../../infra/database/query.ts';
import {
  type CheckoutEvent,
  decide,
  migrateCheckout,
  restore,
  type StoredMachine,
  stateOf,
  store,
} from '../../machines/checkout.ts';
import {
  decideOrder,
  migrateOrder,
  newOrder,
  type OrderEvent,
  type StoredOrder,
  storeOrder,
} from '../../machines/order.ts';
import { foldHistory, type ReplayedStep } from '../../machines/replay.ts';

/** The replay of a history with the current machine and pricing engine. */
export interface Replay {
  kind: Replayable['kind'];
  id: string;
  isIdentical: boolean;
  steps: ReplayedStep[];
  /**
   * Differences between the stored machine, migrated to the current version, and the replayed one; empty when the
   * replay stops before the last step.
   */
  machine: Difference[];
  /** Differences between the stored price and the price calculated from the stored inputs; null without a price. */
  price: { engineVersion: number; differences: Difference[] } | null;
}

/**
 * Replays the history of a checkout or an order, up to step `to` or to its end.
 * @returns undefined for an unknown id
 * @throws Error when the machine was stored by a later release
 */
export async function replayHistory(query: Query, id: string, to = Infinity): Promise<Replay | undefined> {
  const stored = await loadReplayable(query, id);
  if (!stored) return undefined;
  // If the first step is archived, the remaining steps cannot be replayed.
  const replayable = stored.steps[0]?.seq === 1 ? stored.steps : [];
  const selected = replayable.filter(({ seq }) => seq <= to);
  const { steps, last } = stored.kind === 'checkout' ? foldCheckout(stored, selected) : foldOrder(stored, selected);
  const isWhole = selected.length === replayable.length && selected.length > 0;
  const machine = isWhole && stored.machine ? machineDifferences(stored, last) : [];
  const price = stored.price && {
    engineVersion: stored.price.engineVersion,
    differences: priceDifferences(stored.price),
  };
  const isIdentical = steps.every(({ isSame }) => isSame) && machine.length === 0 && !price?.differences.length;
  return { kind: stored.kind, id, isIdentical, steps, machine, price };
}

function machineDifferences({ kind, machine }: Replayable, replayed: object): Difference[] {
  const stored = kind === 'checkout' ? migrateCheckout(machine as StoredMachine) : migrateOrder(machine as StoredOrder);
  return differencesOf(stored, JSON.parse(JSON.stringify(replayed)));
}

function priceDifferences(snapshot: NonNullable<Replayable['price']>): Difference[] {
  const result = differenceOf(snapshot);
  if (!result) return [];
  return 'error' in result ? [{ path: '', stored: 'a price', replayed: result.error }] : result.differences;
}

/** A checkout's history stores only the event types; the other rows of the checkout provide the event data. */
function foldCheckout({ total, captured }: Replayable, steps: Replayable['steps']) {
  const { steps: replayed, last } = foldHistory(steps, {
    first: restore(null),
    applyStep(from, { event, seq }) {
      if (seq === 1) return { next: from, accepted: true };
      const eventData = { total: total ?? 0, amount: captured, reason: 'replayed' };
      return decide(from, { type: event, ...eventData } as CheckoutEvent);
    },
    stateOf,
  });
  return { steps: replayed, last: store(last) };
}

function foldOrder({ total, units }: Replayable, steps: Replayable['steps']) {
  const { steps: replayed, last } = foldHistory(steps, {
    first: newOrder({ total: total ?? 0, units }),
    applyStep(from, step) {
      if (step.seq === 1 || step.event === CLAIMED) return { next: from, accepted: true };
      const { data } = step as Replayable['steps'][number];
      return decideOrder(from, { type: step.event, ...data } as OrderEvent);
    },
    stateOf: (snapshot) => storeOrder(snapshot).value,
  });
  return { steps: replayed, last: storeOrder(last) };
}
