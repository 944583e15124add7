import type { Goods } from '../../domain/pricing/inputs.ts';
import { forAnyKeys } from '../../infra/database/groups/merged-statements.ts';
import type { Query } from '../../infra/database/query.ts';
import { OFFERS_VERSION } from '../pricing/offers.ts';
import { AVAILABLE } from '../stock/availability.ts';

/** A variant with the price, tax rates and stock that carts and checkouts need. */
export interface Sellable extends Goods {
  slug: string;
  sku: string;
  title: string;
  size: string | null;
  color: string | null;
  /** Most units per order: its own limit, or else that of the shop. */
  maxPerOrder: number;
  isOnSale: boolean;
  /** Units available when this was read; only for display. */
  available: number;
}

/** A stored variant with its prices in price lists. */
export interface ListedGoods extends Omit<Sellable, 'maxPerOrder' | 'taxRates'> {
  /** Its own limit; null if it has none. */
  maxPerOrder: number | null;
  taxClass: string;
  /** Prices in paise, ordered by list and quantity. */
  prices: { listId: string; minQuantity: number; price: number }[];
  /** The version of the offers in the snapshot of the same statement. */
  offersVersion: number;
}

/** `ids`: SQL for the ids of the variants. */
const goodsOf = (ids: string): string =>
  `select v.id as "variantId", p.id as "productId", p.slug, v.sku, p.title, v.size, v.color, p.hsn, p.tax_class as "taxClass",
      v.price as "unitPrice", v.weight_grams as "weightGrams", v.max_per_order as "maxPerOrder",
      p.status = 'active' and v.status = 'active' as "isOnSale",
      ${AVAILABLE} as available,
      array(select c.collection_id from product_collections c where c.product_id = p.id) as "collectionIds",
      (select coalesce(json_agg(json_build_object('listId', price_list_id, 'minQuantity', min_quantity, 'price', e.price)
          order by price_list_id, min_quantity), '[]') from price_list_entries e where e.variant_id = v.id) as prices,
      ${OFFERS_VERSION} as "offersVersion"
    from variants v join products p on p.id = v.product_id join stock_levels s on s.variant_id = v.id
    where v.id = any(${ids}) order by v.id`;

const GOODS = forAnyKeys(goodsOf('$1'), 'variantId');
/** $1: the ids of variants, and of carts for the variants of their lines. */
const GOODS_OF_CARTS = forAnyKeys(
  goodsOf('$1::uuid[] || array(select variant_id from cart_items where cart_id = any($1) and variant_id is not null)'),
);
/** $1: the ids of checkouts. */
const GOODS_OF_CHECKOUTS = forAnyKeys(
  goodsOf('array(select variant_id from checkout_lines where checkout_id = any($1))'),
);

/** Gives a variant without its own limit that of the shop: `variant` units per order. */
export const limitedGoods = <T extends { maxPerOrder: number | null }>(goods: T, { variant }: { variant: number }) => ({
  ...goods,
  maxPerOrder: goods.maxPerOrder ?? variant,
});

/** Loads the existing variants of those named in one statement, in the order of their ids. */
export const loadGoods = async (query: Query, variantIds: readonly string[]): Promise<ListedGoods[]> =>
  variantIds.length === 0 ? [] : query<ListedGoods>(GOODS, [variantIds]);

/**
 * Loads the variants in a cart together with those named, before the contents of the cart are known. May return variants
 * of other carts as well, and none of bundles.
 */
export const loadGoodsOfCart = (query: Query, cartId: string, variantIds: readonly string[]): Promise<ListedGoods[]> =>
  query<ListedGoods>(GOODS_OF_CARTS, [[cartId, ...variantIds]]);

/** Loads the variants of a checkout, before its lines are known. May return variants of other checkouts as well. */
export const loadGoodsOfCheckout = (query: Query, checkoutId: string): Promise<ListedGoods[]> =>
  query<ListedGoods>(GOODS_OF_CHECKOUTS, [[checkoutId]]);

/** Returns the existing variants of those named, in the order of their ids; loads those that are not among `loaded`. */
export async function completeGoods(
  query: Query,
  variantIds: readonly string[],
  loaded: readonly ListedGoods[],
): Promise<ListedGoods[]> {
  const missingIds = new Set(variantIds);
  const goods = loaded.filter(({ variantId }) => missingIds.delete(variantId));
  if (missingIds.size === 0) return goods;
  const added = await loadGoods(query, [...missingIds]);
  const all = [...goods, ...added].sort((a, b) => (a.variantId < b.variantId ? -1 : 1));
  const versions = new Set(all.map(({ offersVersion }) => offersVersion));
  // Offers changed between the two statements, and a price uses one version of them.
  return versions.size > 1 ? loadGoods(query, variantIds) : all;
}
