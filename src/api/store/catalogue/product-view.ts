import { z } from 'zod';
import { type ListedPrice, type PriceTerms, unitPriceOf } from '../../../domain/pricing/unit-prices/unit-price.ts';
import { NOT_OVER } from '../../../entities/pricing/offers.ts';
import { AVAILABLE } from '../../../entities/stock/availability.ts';
import type { Database } from '../../../infra/database/database.ts';
import { ratingOf, ratingSchema } from '../../reviews/rating.ts';

/** Free attributes by name, e.g. `material: "cotton"`. */
export const attributesSchema = z.record(
  z.string().min(1).max(60),
  z.union([z.string().max(500), z.number(), z.boolean()]),
);

export const mediaSchema = z.array(z.strictObject({ url: z.url().max(2_000), alt: z.string().max(300) })).max(50);

const variantSchema = z
  .object({
    id: z.uuid(),
    sku: z.string(),
    size: z.string().nullable(),
    color: z.string().nullable(),
    price: z.int().meta({
      description:
        'Paise: price of one unit, by the price lists and rules that apply to the visitor now; the cart uses the same.',
    }),
    wasPrice: z
      .int()
      .nullable()
      .meta({ description: "Paise: the variant's base price when a price list or rule lowers it, else null." }),
    weightGrams: z.int(),
    attributes: attributesSchema,
    available: z.int().meta({ description: 'Units available now; not reserved until the checkout.' }),
    maxPerOrder: z
      .int()
      .nullable()
      .meta({ description: 'Maximum units in one order; null: only the general limit of the shop applies.' }),
  })
  .meta({ id: 'ProductVariant' });

export const productSchema = z
  .object({
    id: z.uuid(),
    slug: z.string(),
    title: z.string(),
    description: z.string(),
    brand: z.string(),
    hsn: z.string(),
    attributes: attributesSchema,
    media: mediaSchema,
    currency: z.string(),
    collections: z.array(z.object({ slug: z.string(), title: z.string() })),
    variants: z.array(variantSchema),
    rating: ratingSchema,
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Product' });

export type ProductView = z.infer<typeof productSchema>;

type VariantView = ProductView['variants'][number];

/** A product as cached: its variants at base prices, and the data from which the prices of a visitor follow. */
export interface ProductFacts extends Omit<ProductView, 'variants'> {
  variants: Omit<VariantView, 'wasPrice'>[];
  collectionIds: string[];
  /** Prices for one unit in price lists that are active and have not ended. */
  listed: ListedPrice[];
}

type ProductRow = Omit<ProductFacts, 'createdAt' | 'updatedAt' | 'currency'> & { createdAt: Date; updatedAt: Date };

/** Reads the id of the product on sale with this slug. */
export async function productIdOf(query: Database['query'], slug: string): Promise<{ id: string } | undefined> {
  const [row] = await query<{ id: string }>(`select id from products where slug = $1 and status = 'active'`, [slug]);
  return row;
}

/** Reads the available units of each variant of a product. */
export async function availabilityOf(query: Database['query'], productId: string): Promise<Map<string, number>> {
  const rows = await query<{ id: string; available: number }>(
    `select v.id, ${AVAILABLE} as available
      from variants v join stock_levels s on s.variant_id = v.id where v.product_id = $1 and v.status = 'active'`,
    [productId],
  );
  return new Map(rows.map(({ id, available }) => [id, available]));
}

/** Reads the available units of a variant; undefined when it is not on sale. */
export async function availableUnits(
  query: Database['query'],
  variantId: string,
): Promise<{ available: number } | undefined> {
  const [row] = await query<{ available: number }>(
    `select ${AVAILABLE} as available
      from variants v join stock_levels s on s.variant_id = v.id where v.id = $1 and v.status = 'active'`,
    [variantId],
  );
  return row;
}

/** Reads a product on sale in one statement; undefined when it does not exist or is not on sale. */
export async function readProduct(
  { db, currency }: { db: Database; currency: string },
  id: string,
): Promise<ProductFacts | undefined> {
  const [row] = await db.query<ProductRow>(
    `select p.id, p.slug, p.title, p.description, p.brand, p.hsn, p.attributes, p.media, p.created_at as "createdAt", p.updated_at as "updatedAt",
        ${ratingOf('p')} as rating,
        (select coalesce(json_agg(json_build_object('slug', c.slug, 'title', c.title) order by c.position), '[]')
          from product_collections pc join collections c on c.id = pc.collection_id
          where pc.product_id = p.id and c.status = 'active') as collections,
        (select coalesce(json_agg(json_build_object('id', v.id, 'sku', v.sku, 'size', v.size, 'color', v.color,
            'price', v.price, 'weightGrams', v.weight_grams, 'attributes', v.attributes, 'available', ${AVAILABLE},
            'maxPerOrder', v.max_per_order) order by v.position), '[]')
          from variants v join stock_levels s on s.variant_id = v.id
          where v.product_id = p.id and v.status = 'active') as variants,
        array(select collection_id from product_collections pc where pc.product_id = p.id) as "collectionIds",
        (select coalesce(json_agg(json_build_object('listId', e.price_list_id, 'variantId', e.variant_id,
            'minQuantity', e.min_quantity, 'price', e.price)), '[]')
          from price_list_entries e join variants v on v.id = e.variant_id
          where v.product_id = p.id and e.min_quantity = 1
            and e.price_list_id in (select id from price_lists where ${NOT_OVER})) as listed
      from products p where p.id = $1 and p.status = 'active'`,
    [id],
  );
  if (!row) return undefined;
  const times = { createdAt: row.createdAt.toISOString(), updatedAt: row.updatedAt.toISOString() };
  return { ...row, currency, ...times };
}

/** The API representation of a product. `available` has the available units by variant id. */
export function productView(
  { collectionIds, listed, ...facts }: ProductFacts,
  { terms, available }: { terms: PriceTerms; available: ReadonlyMap<string, number> },
): ProductView {
  const variants = facts.variants.map((variant): VariantView => {
    const { id: variantId, price: unitPrice } = variant;
    const variantPrices = listed.filter((price) => price.variantId === variantId);
    const price = unitPriceOf(terms, { variantId, productId: facts.id, collectionIds, unitPrice }, variantPrices);
    return {
      ...variant,
      price,
      wasPrice: unitPrice > price ? unitPrice : null,
      available: available.get(variantId) ?? 0,
    };
  });
  return { ...facts, variants };
}
