import { z } from 'zod';
import type { Tx } from '../../../../infra/database/unit-of-work.ts';
import { newId } from '../../../../infra/ids.ts';
import { paise } from '../../../fields/amounts.ts';
import { name } from '../conditions.ts';

const itemSchema = z.strictObject({
  variantId: z.uuid(),
  maxQuantity: z.int().min(1).max(1_000).nullable().default(null),
  surcharge: paise.default(0).meta({ description: 'Paise, for each unit of it.' }),
});

export const setSchema = z
  .strictObject({
    id: z
      .uuid()
      .optional()
      .meta({ description: 'Of a set that is there: carts that chose from it keep their choice.' }),
    title: name,
    minQuantity: z.int().min(0).max(1_000),
    maxQuantity: z.int().min(1).max(1_000),
    items: z.array(itemSchema).max(200),
  })
  .meta({ id: 'ChoiceSet' });
type SetRow = z.infer<typeof setSchema>;

/** Replaces the sets; those that come with their id keep it. An id of another bundle's set counts as none. */
export async function writeSets(tx: Tx, bundleId: string, sets: readonly SetRow[]): Promise<void> {
  const there = await tx.query<{ id: string }>(`select id from bundle_sets where bundle_id = $1`, [bundleId]);
  const known = new Set(there.map(({ id }) => id));
  const rows = sets.map((set, position) => {
    const isKept = set.id !== undefined && known.delete(set.id);
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

/** Those of the variants that cannot be bought now, whatever their stock. */
export async function offSale(tx: Tx, variantIds: readonly string[]): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    `select v.id from variants v join products p on p.id = v.product_id
      where v.id = any($1) and not (v.status = 'active' and p.status = 'active')`,
    [variantIds],
  );
  return rows.map(({ id }) => id);
}
