import { type Difference, differencesOf } from '../../domain/differences.ts';
import { differenceOf } from '../../domain/pricing/snapshot.ts';
import { loadReplayable, type Replayable } from '../../entities/checkout/replayable.ts';
import { CLAIMED } from '../../entities/order/guest-order-claim.ts';
import type { Query } from '../../infra/database/query.ts';
import { type CheckoutEvent, decide, restore, stateOf, store } from '../../machines/checkout.ts';
import { decideOrder, type OrderEvent, placed, storeOrder } from '../../machines/order.ts';
import { foldHistory, type ReplayedStep } from '../../machines/replay.ts';

/** A history gone through again, with the machine and the pricing engine of now. */
export interface Replay {
  kind: Replayable['kind'];
  id: string;
  isIdentical: boolean;
  steps: ReplayedStep[];
  /** Where the machine that is stored differs from the one that the steps lead to; empty when not all steps were taken. */
  machine: Difference[];
  /** Where the stored price differs from what its inputs make; null without a price. */
  price: { engineVersion: number; differences: Difference[] } | null;
}

/** Goes through the history of a checkout or an order again, to step `to` or to its end; undefined for an unknown id. */
export async function replayHistory(query: Query, id: string, to = Infinity): Promise<Replay | undefined> {
  const stored = await loadReplayable(query, id);
  if (!stored) return undefined;
  // Where the first step is in the archive there is nothing to go through, though later ones may have come since.
  const known = stored.steps[0]?.seq === 1 ? stored.steps : [];
  const wanted = known.filter(({ seq }) => seq <= to);
  const { steps, last } = stored.kind === 'checkout' ? foldCheckout(stored, wanted) : foldOrder(stored, wanted);
  const isWhole = wanted.length === known.length && wanted.length > 0 && stored.machine !== null;
  const machine = isWhole ? differencesOf(stored.machine, JSON.parse(JSON.stringify(last))) : [];
  const price = stored.price && { engineVersion: stored.price.engineVersion, differences: priceOf(stored.price) };
  const isIdentical = steps.every(({ isSame }) => isSame) && machine.length === 0 && !price?.differences.length;
  return { kind: stored.kind, id, isIdentical, steps, machine, price };
}

function priceOf(snapshot: NonNullable<Replayable['price']>): Difference[] {
  const found = differenceOf(snapshot);
  if (!found) return [];
  return 'error' in found ? [{ path: '', stored: 'a price', replayed: found.error }] : found.differences;
}

/** A checkout's history has the names of its events; what they carried stands in its rows. */
function foldCheckout({ total, captured }: Replayable, steps: Replayable['steps']) {
  const { steps: replayed, last } = foldHistory(steps, {
    first: restore(null),
    take(from, { event, seq }) {
      if (seq === 1) return { next: from, accepted: true };
      const carried = { total: total ?? 0, amount: captured, reason: 'replayed' };
      return decide(from, { type: event, ...carried } as CheckoutEvent);
    },
    stateOf,
  });
  return { steps: replayed, last: store(last) };
}

function foldOrder({ total, units }: Replayable, steps: Replayable['steps']) {
  const { steps: replayed, last } = foldHistory(steps, {
    first: placed({ total: total ?? 0, units }),
    take(from, step) {
      if (step.seq === 1 || step.event === CLAIMED) return { next: from, accepted: true };
      const { data } = step as Replayable['steps'][number];
      return decideOrder(from, { type: step.event, ...data } as OrderEvent);
    },
    stateOf: (snapshot) => storeOrder(snapshot).value,
  });
  return { steps: replayed, last: storeOrder(last) };
}
