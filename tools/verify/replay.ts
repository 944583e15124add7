import type pg from 'pg';
import { differenceOf, type StoredSnapshot } from '../../src/domain/pricing/snapshot.ts';

export const REPLAY = { name: 'pricing.replays', says: 'Replaying the inputs of a stored price gives the same price.' };

const SNAPSHOTS = `select checkout_id as "checkoutId", engine_version as "engineVersion", inputs, output
  from pricing_snapshots where checkout_id = any($1::uuid[])`;

/** Replays the stored price snapshots of these checkouts; returns the checkouts whose replay differs. */
export async function findUnreplayable(client: pg.ClientBase, checkoutIds: readonly string[]): Promise<object[]> {
  const { rows } = await client.query<StoredSnapshot & { checkoutId: string }>(SNAPSHOTS, [checkoutIds]);
  return rows.flatMap(({ checkoutId, ...snapshot }) => {
    const difference = differenceOf(snapshot);
    return difference ? [{ checkoutId, ...difference }] : [];
  });
}
