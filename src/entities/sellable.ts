import type { Goods } from '../domain/pricing/inputs.ts';
import { forEachCall } from '../infra/database/merged-statements.ts';
import { ratesOf } from './tax-rates.ts';

/** A variant as carts and checkouts see it: what it costs, how it is taxed, and how much of it there is. */
export interface Sellable extends Goods {
  slug: string;
  sku: string;
  title: string;
  size: string | null;
  color: string | null;
  /** Most units in one order: its own limit, else that of the shop. */
  maxPerOrder: number;
  isOnSale: boolean;
  /** Units that could be reserved when this was read; never a decision. */
  available: number;
}

/** Runs a statement: a transaction's `query`, or the pool's for a read outside of one. */
export type Query = <R extends object>(sql: string, params: readonly unknown[]) => Promise<R[]>;

/** Which variants are meant: those named, or those of a checkout. */
export type GoodsOf = { variantIds: readonly string[] } | { checkoutId: string };

/** The ids of the variants that are meant, in a statement whose first two parameters are `goodsParams`. */
export const GOODS_IDS = 'select variant_id from checkout_lines where checkout_id = $1 union select unnest($2::uuid[])';

export const goodsParams = (of: GoodsOf): [checkoutId: string | null, variantIds: readonly string[]] =>
  'checkoutId' in of ? [of.checkoutId, []] : [null, of.variantIds];

const COLUMNS = `v.id as "variantId", p.id as "productId", p.slug, v.sku, p.title, v.size, v.color, p.hsn,
  v.price as "unitPrice", v.weight_grams as "weightGrams", coalesce(v.max_per_order, $3) as "maxPerOrder",
  p.status = 'active' and v.status = 'active' as "isOnSale",
  greatest(s.on_hand + s.backorder_limit - s.reserved, 0) as available,
  array(select c.collection_id from product_collections c where c.product_id = p.id) as "collectionIds",
  ${ratesOf('p.tax_class')} as "taxRates"`;

const SELLABLES = forEachCall(
  `select ${COLUMNS} from variants v join products p on p.id = v.product_id
    join stock_levels s on s.variant_id = v.id where v.id in (${GOODS_IDS})`,
  ['uuid', 'uuid[]', 'int'],
);

/**
 * Reads the variants that exist of those meant, by id. One statement, however many there are. `variant`: most units in one
 * order of a variant without a limit of its own.
 */
export async function loadSellables(
  query: Query,
  of: GoodsOf,
  { variant }: { variant: number },
): Promise<Map<string, Sellable>> {
  const rows = await query<Sellable>(SELLABLES, [...goodsParams(of), variant]);
  return new Map(rows.map((row) => [row.variantId, row]));
}
