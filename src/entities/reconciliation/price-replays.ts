import { setImmediate as otherWork } from 'node:timers/promises';
import type { Query } from '../../infra/database/query.ts';
import { replayDifference, SNAPSHOT_COLUMNS, type SnapshotColumns } from '../checkout/price-snapshot.ts';

export const REPLAY = { name: 'pricing.replays', says: 'Replaying the inputs of a stored price gives the same price.' };

/** A stored price, and the checkout that it belongs to. */
export type LoadedPrice = SnapshotColumns & { checkoutId: string };

/** A replay takes a third of a millisecond: after so many, other work has its turn. */
const AT_ONCE = 10;

/** Loads the stored prices of checkouts. */
export const loadPrices = (query: Query, checkoutIds: readonly string[]): Promise<LoadedPrice[]> =>
  query(
    `select checkout_id as "checkoutId", ${SNAPSHOT_COLUMNS} from pricing_snapshots where checkout_id = any($1::uuid[])`,
    [checkoutIds],
  );

/** Finds stored prices that differ from the price calculated from their inputs. The process does other work in between. */
export async function findPriceDifferences(prices: readonly LoadedPrice[]): Promise<object[]> {
  const found: object[] = [];
  for (const [index, { checkoutId, ...snapshot }] of prices.entries()) {
    if (index % AT_ONCE === 0) await otherWork();
    const difference = replayDifference(snapshot);
    if (difference) found.push({ checkoutId, ...difference });
  }
  return found;
}
