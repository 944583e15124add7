import type pg from 'pg';
import {
  replayDifference,
  SNAPSHOT_COLUMNS,
  type SnapshotColumns,
} from '../../src/entities/checkout/price-snapshot.ts';

export const REPLAY = { name: 'pricing.replays', says: 'Replaying the inputs of a stored price gives the same price.' };

const SNAPSHOTS = `select checkout_id as "checkoutId", ${SNAPSHOT_COLUMNS}
  from pricing_snapshots where checkout_id = any($1::uuid[])`;

/** Replays the stored price snapshots of these checkouts; returns the checkouts whose replay differs. */
export async function findUnreplayable(client: pg.ClientBase, checkoutIds: readonly string[]): Promise<object[]> {
  const { rows } = await client.query<SnapshotColumns & { checkoutId: string }>(SNAPSHOTS, [checkoutIds]);
  return rows.flatMap(({ checkoutId, ...snapshot }) => {
    const difference = replayDifference(snapshot);
    return difference ? [{ checkoutId, ...difference }] : [];
  });
}
