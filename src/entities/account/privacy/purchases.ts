import type { Query } from '../../../infra/database/query.ts';
import { decryptCheckout, OWN_CHECKOUTS } from './own-checkouts.ts';
import type { Vault } from './vault.ts';

/** The sources of a data export. */
export interface ExportSources {
  query: Query;
  vault: Vault;
}

/** Reads the customer's carts without an order; ordered carts are exported as orders. */
export const readCarts = ({ query }: ExportSources, customerId: string) =>
  query<{
    id: string;
    status: string;
    createdAt: Date;
    updatedAt: Date;
    codes: string[];
    items: { sku: string; title: string; quantity: number }[];
  }>(
    `select c.id, c.status, c.created_at as "createdAt", c.updated_at as "updatedAt", c.codes,
        coalesce((select json_agg(json_build_object('sku', coalesce(v.sku, b.slug), 'title', coalesce(p.title, b.title),
            'quantity', i.quantity) order by i.id)
          from cart_items i left join variants v on v.id = i.variant_id left join products p on p.id = v.product_id
            left join bundles b on b.id = i.bundle_id where i.cart_id = c.id), '[]') as items
      from carts c where c.customer_id = $1 and c.status in ('open', 'checkout') order by c.id`,
    [customerId],
  );

interface CheckoutRow {
  id: string;
  state: string;
  reason: string | null;
  email: string | null;
  shippingAddress: string | null;
  billingAddress: string | null;
  currency: string;
  total: number | null;
  createdAt: Date;
  payments: { method: string; status: string }[];
}

/** Reads the customer's checkouts with their personal data. */
export async function readCheckouts({ query, vault }: ExportSources, customerId: string) {
  const rows = await query<CheckoutRow>(
    `select id, state, reason, email, shipping_address as "shippingAddress", billing_address as "billingAddress",
        currency, total, created_at as "createdAt",
        coalesce((select json_agg(json_build_object('method', a.method, 'status', a.status) order by a.attempt)
          from payment_attempts a where a.checkout_id = checkouts.id), '[]') as payments
      from checkouts where id in ${OWN_CHECKOUTS} order by id`,
    [customerId],
  );
  return rows.map((row) => ({ ...row, ...decryptCheckout(vault, row) }));
}

interface BoughtLine {
  sku: string;
  title: string;
  hsn: string;
  quantity: number;
  unitPrice: number;
  lineTotal: number;
  discount: number;
  taxableValue: number;
  ratePercent: string;
  cgst: number;
  sgst: number;
  igst: number;
}

/** Reads the customer's orders with their lines. */
export const readOrders = ({ query }: ExportSources, customerId: string) =>
  query<{
    id: string;
    number: number;
    checkoutId: string;
    state: string;
    placedAt: Date;
    placeOfSupply: string;
    currency: string;
    subtotal: number;
    discount: number;
    shipping: number;
    tax: number;
    total: number;
    lines: BoughtLine[];
  }>(
    `select o.id, n.number, o.checkout_id as "checkoutId", o.state, o.placed_at as "placedAt",
        c.place_of_supply as "placeOfSupply", o.currency, o.subtotal, o.discount, o.shipping, o.tax, o.total,
        (select json_agg(json_build_object('sku', l.sku, 'title', l.title, 'hsn', l.hsn, 'quantity', l.quantity,
            'unitPrice', l.unit_price, 'lineTotal', l.line_total, 'discount', l.discount, 'taxableValue', l.taxable_value,
            'ratePercent', l.rate_percent::text, 'cgst', l.cgst, 'sgst', l.sgst, 'igst', l.igst) order by l.line)
          from order_lines l where l.order_id = o.id) as lines
      from checkouts c join orders o on o.id = c.order_id join order_numbers n on n.order_id = o.id
      where c.id in ${OWN_CHECKOUTS} order by o.id`,
    [customerId],
  );
