import { z } from 'zod';
import type { Tx } from '../../../../infra/database/unit-of-work.ts';
import { newId } from '../../../../infra/ids.ts';
import { paise } from '../../../fields/amounts.ts';
import { name } from '../conditions.ts';

const itemSchema = z.strictObject({
  variantId: z.uuid(),
  maxQuantity: z.int().min(1).max(1_000).nullable().default(null),
  surcharge: paise.default(0).meta({ description: 'Surcharge per unit in paise. Default: 0.' }),
});

export const setSchema = z
  .strictObject({
    id: z.uuid().optional().meta({
      description: 'Id of an existing set, so that carts keep their selection from it. Omit it for a new set.',
    }),
    title: name,
    minQuantity: z.int().min(0).max(1_000),
    maxQuantity: z.int().min(1).max(1_000),
    items: z.array(itemSchema).max(200),
  })
  .meta({ id: 'ChoiceSet' });
type SetRow = z.infer<typeof setSchema>;

/** Replaces the sets of a bundle; a set with an id of this bundle keeps it, any other set gets a new id. */
export async function writeSets(tx: Tx, bundleId: string, sets: readonly SetRow[]): Promise<void> {
  const stored = await tx.query<{ id: string }>(`select id from bundle_sets where bundle_id = $1`, [bundleId]);
  const reusableIds = new Set(stored.map(({ id }) => id));
  const rows = sets.map((set, position) => {
    const isKept = set.id !== undefined && reusableIds.delete(set.id);
    return { ...set, id: isKept ? set.id : newId(), position };
  });
  await tx.query(`delete from bundle_sets where bundle_id = $1`, [bundleId]);
  await tx.query(
    `insert into bundle_sets (id, bundle_id, title, min_quantity, max_quantity, position)
      select r.id, $1, r.title, r."minQuantity", r."maxQuantity", r.position
        from jsonb_to_recordset($2::jsonb) as r (id uuid, title text, "minQuantity" int, "maxQuantity" int, position int)`,
    [bundleId, JSON.stringify(rows)],
  );
  const items = rows.flatMap(({ id, items: own }) => own.map((item, position) => ({ ...item, setId: id, position })));
  await tx.query(
    `insert into bundle_items (set_id, variant_id, max_quantity, surcharge, position)
      select r."setId", r."variantId", r."maxQuantity", r.surcharge, r.position from jsonb_to_recordset($1::jsonb)
        as r ("setId" uuid, "variantId" uuid, "maxQuantity" int, surcharge bigint, position int)`,
    [JSON.stringify(items)],
  );
}

/** Returns the variants that are not for sale because they or their products are not active. */
export async function findUnsellable(tx: Tx, variantIds: readonly string[]): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    `select v.id from variants v join products p on p.id = v.product_id
      where v.id = any($1) and not (v.status = 'active' and p.status = 'active')`,
    [variantIds],
  );
  return rows.map(({ id }) => id);
}
