import type { TaxRate } from '../domain/tax.ts';

/** A variant as carts and checkouts see it: what it costs, how it is taxed, and how much of it there is. */
export interface Sellable {
  variantId: string;
  productId: string;
  slug: string;
  sku: string;
  title: string;
  size: string | null;
  color: string | null;
  hsn: string;
  /** Paise, as the shop states its prices. */
  price: number;
  maxPerOrder: number | null;
  isOnSale: boolean;
  /** Units that could be reserved when this was read; never a decision. */
  available: number;
  taxRates: TaxRate[];
}

/** Runs a statement: a transaction's `query`, or the pool's for a read outside of one. */
export type Query = <R extends object>(sql: string, params: readonly unknown[]) => Promise<R[]>;

/** A line of a checkout with the variant it asks for. */
export type SellableLine = Sellable & { quantity: number };

const COLUMNS = `v.id as "variantId", p.id as "productId", p.slug, v.sku, p.title, v.size, v.color, p.hsn, v.price,
  v.max_per_order as "maxPerOrder", p.status = 'active' as "isOnSale",
  greatest(s.on_hand + s.backorder_limit - s.reserved, 0) as available,
  (select json_agg(json_build_object('validFrom', r.valid_from, 'minUnitPrice', r.min_unit_price,
      'percent', r.percent::text) order by r.valid_from, r.min_unit_price)
    from tax_rates r where r.tax_class = p.tax_class) as "taxRates"`;

/** Reads the variants that exist of those asked for, by id. One statement, however many there are. */
export async function loadSellables(query: Query, variantIds: readonly string[]): Promise<Map<string, Sellable>> {
  const rows = await query<Sellable>(
    `select ${COLUMNS} from variants v join products p on p.id = v.product_id
      join stock_levels s on s.variant_id = v.id where v.id = any($1)`,
    [variantIds],
  );
  return new Map(rows.map((row) => [row.variantId, row]));
}

/** Reads the variants of a cart's lines, and one more that it may not have yet. */
export async function loadCartSellables(
  query: Query,
  cartId: string,
  extraId: string | null,
): Promise<Map<string, Sellable>> {
  const rows = await query<Sellable>(
    `select ${COLUMNS} from variants v join products p on p.id = v.product_id
      join stock_levels s on s.variant_id = v.id
      where v.id in (select variant_id from cart_items where cart_id = $1 union all select $2::uuid)`,
    [cartId, extraId],
  );
  return new Map(rows.map((row) => [row.variantId, row]));
}

/** Reads the frozen lines of a checkout with their variants as they are now, in order. */
export function loadCheckoutLines(query: Query, checkoutId: string): Promise<SellableLine[]> {
  return query<SellableLine>(
    `select l.quantity, ${COLUMNS} from checkout_lines l join variants v on v.id = l.variant_id
      join products p on p.id = v.product_id join stock_levels s on s.variant_id = v.id
      where l.checkout_id = $1 order by l.line`,
    [checkoutId],
  );
}
