import type { Difference } from '../domain/differences.ts';
import { differenceOf } from '../domain/pricing/snapshot.ts';
import { loadReplayable, type Replayable } from '../entities/checkout/replayable.ts';
import type { Query } from '../infra/database/query.ts';
import { type ReplayedHistory, replay } from '../machines/replay.ts';

/** The replay of a checkout or an order with the current machine and pricing engine. */
export interface Replay extends ReplayedHistory {
  kind: Replayable['kind'];
  id: string;
  isIdentical: boolean;
  /** Differences between the stored price and the price calculated from the stored inputs; null without a price. */
  price: { engineVersion: number; differences: Difference[] } | null;
}

/**
 * Replays the stored history of a checkout or an order, up to step `to` or to its end.
 * @returns undefined for an unknown id
 */
export async function replayHistory(query: Query, id: string, to?: number): Promise<Replay | undefined> {
  const stored = await loadReplayable(query, id);
  if (!stored) return undefined;
  const { steps, machine } = replay(stored, to);
  const price = stored.price && {
    engineVersion: stored.price.engineVersion,
    differences: priceDifferences(stored.price),
  };
  const isIdentical = steps.every(({ isSame }) => isSame) && machine.length === 0 && !price?.differences.length;
  return { kind: stored.kind, id, isIdentical, steps, machine, price };
}

function priceDifferences(snapshot: NonNullable<Replayable['price']>): Difference[] {
  const result = differenceOf(snapshot);
  if (!result) return [];
  return 'error' in result ? [{ path: '', stored: 'a price', replayed: result.error }] : result.differences;
}
