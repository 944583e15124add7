import type { Goods } from '../domain/pricing/inputs.ts';
import { ratesOf } from './tax-rates.ts';

/** A variant as carts and checkouts see it: what it costs, how it is taxed, and how much of it there is. */
export interface Sellable extends Goods {
  slug: string;
  sku: string;
  title: string;
  size: string | null;
  color: string | null;
  maxPerOrder: number | null;
  isOnSale: boolean;
  /** Units that could be reserved when this was read; never a decision. */
  available: number;
}

/** Runs a statement: a transaction's `query`, or the pool's for a read outside of one. */
export type Query = <R extends object>(sql: string, params: readonly unknown[]) => Promise<R[]>;

/** Whose variants are meant: those of a cart and others that it may not have yet, or those of a checkout. */
export type GoodsOf = { cartId: string | null; extraIds?: readonly string[] } | { checkoutId: string };

/** A statement of the ids, with its two parameters. */
const IDS = {
  cart: `select variant_id from cart_items where cart_id = $1 and variant_id is not null
    union select (item ->> 'variantId')::uuid from cart_items, jsonb_array_elements(selections) as selection,
        jsonb_array_elements(selection -> 'items') as item where cart_id = $1
    union select unnest($2::uuid[])`,
  checkout: `select variant_id from checkout_lines where checkout_id = $1 union select unnest($2::uuid[])`,
};

/** The ids of the variants that are meant, to be put into a statement of which the first two parameters are these. */
export function idsOf(of: GoodsOf): { sql: string; params: [string | null, readonly string[]] } {
  return 'checkoutId' in of
    ? { sql: IDS.checkout, params: [of.checkoutId, []] }
    : { sql: IDS.cart, params: [of.cartId, of.extraIds ?? []] };
}

const COLUMNS = `v.id as "variantId", p.id as "productId", p.slug, v.sku, p.title, v.size, v.color, p.hsn,
  v.price as "unitPrice", v.weight_grams as "weightGrams", v.max_per_order as "maxPerOrder",
  p.status = 'active' and v.status = 'active' as "isOnSale",
  greatest(s.on_hand + s.backorder_limit - s.reserved, 0) as available,
  array(select c.collection_id from product_collections c where c.product_id = p.id) as "collectionIds",
  ${ratesOf('p.tax_class')} as "taxRates"`;

/** Reads the variants that exist of those meant, by id. One statement, however many there are. */
export async function loadSellables(query: Query, of: GoodsOf): Promise<Map<string, Sellable>> {
  const ids = idsOf(of);
  const rows = await query<Sellable>(
    `select ${COLUMNS} from variants v join products p on p.id = v.product_id
      join stock_levels s on s.variant_id = v.id where v.id in (${ids.sql})`,
    ids.params,
  );
  return new Map(rows.map((row) => [row.variantId, row]));
}
