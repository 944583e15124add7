import { refused } from '../../domain/errors.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';

/** Sets how many units of each variant may be sold beyond the stock. Creates an empty level if there is none. */
export async function allowBackorder(tx: Tx, limits: ReadonlyMap<string, number>): Promise<void> {
  await tx.query(
    `insert into stock_levels (variant_id, on_hand, backorder_limit)
      select variant_id, 0, units from unnest($1::uuid[], $2::int[]) as l (variant_id, units) order by variant_id
      on conflict (variant_id) do update set backorder_limit = excluded.backorder_limit`,
    [[...limits.keys()], [...limits.values()]],
  );
}

/**
 * Sets the limit of a variant. Creates an empty level if there is none.
 * @throws INSUFFICIENT_INVENTORY for a limit below the backordered units
 */
export async function changeBackorderLimit(tx: Tx, variantId: string, backorderLimit: number): Promise<void> {
  const changed = await tx.query(
    `insert into stock_levels as s (variant_id, on_hand, backorder_limit) values ($1, 0, $2)
      on conflict (variant_id) do update set backorder_limit = excluded.backorder_limit
        where s.on_hand + excluded.backorder_limit >= greatest(s.reserved, 0) returning 1`,
    [variantId, backorderLimit],
  );
  if (changed.length === 0) throw refused('INSUFFICIENT_INVENTORY', { variantId, backorderLimit });
}

/** Removes the levels of variants that are being removed. */
export async function removeLevels(tx: Tx, variantIds: readonly string[]): Promise<void> {
  await tx.query(`delete from stock_levels where variant_id = any($1)`, [variantIds]);
}
