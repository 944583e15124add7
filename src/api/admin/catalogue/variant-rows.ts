import { z } from 'zod';
import { allowBackorder } from '../../../entities/stock/stock.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { newId } from '../../../infra/ids.ts';
import { variantFields } from './fields.ts';

const { size, color, weightGrams, maxPerOrder, attributes, backorderLimit, ...required } = variantFields;

export const newVariant = z.strictObject({
  ...required,
  size: size.default(null),
  color: color.default(null),
  weightGrams: weightGrams.default(0),
  maxPerOrder: maxPerOrder.default(null),
  attributes: attributes.default({}),
  backorderLimit: backorderLimit.default(0),
});
type NewVariant = z.infer<typeof newVariant>;

/** Adds variants after the existing ones of a product, each with an empty inventory level. Write the product first. */
export async function addVariants(tx: Tx, productId: string, variants: readonly NewVariant[]): Promise<void> {
  const rows = variants.map((variant, index) => ({ ...variant, id: newId(), place: index + 1 }));
  await tx.query(
    `insert into variants (id, product_id, sku, size, color, price, position, max_per_order, weight_grams, attributes)
      select r.id, $1, r.sku, r.size, r.color, r.price, coalesce(
          (select max(position) from variants where product_id = $1), 0) + r.place, r."maxPerOrder", r."weightGrams", r.attributes
        from jsonb_to_recordset($2::jsonb) as r (id uuid, sku text, size text, color text, price bigint, place int,
          "maxPerOrder" int, "weightGrams" int, attributes jsonb)`,
    [productId, JSON.stringify(rows)],
  );
  await allowBackorder(tx, new Map(rows.map(({ id, backorderLimit }) => [id, backorderLimit])));
}
