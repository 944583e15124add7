import { randomUUID } from 'node:crypto';
import { newId } from '../../src/infra/ids.ts';
import type { Books } from './books.ts';
import { type Answer, openShop, type Shop } from './shop.ts';

/** A review as its author sees it. */
export interface Own {
  id: string;
  state: 'pending' | 'approved' | 'held' | 'rejected';
  reasons: string[];
  rating: number;
  isVerified: boolean;
  version: number;
}

/** A page of published reviews. */
export interface Published {
  data: { id: string; rating: number; author: string | null; helpful: number; reply: { text: string } | null }[];
  nextCursor: string | null;
  statistics: {
    count: number;
    average: number | null;
    histogram: Record<1 | 2 | 3 | 4 | 5, number>;
    verifiedShare: number | null;
  };
}

export interface Goods {
  productId: string;
  variantId: string;
}

/** A customer who reviews what was delivered to them. */
export interface Reviewer {
  id: string;
  shop: Shop;
  /** Submits a review and waits until it is judged. */
  review(goods: Goods, words?: Partial<{ rating: number; title: string; body: string }>): Promise<Answer<Own>>;
}

export const WORDS = { rating: 5, title: 'Lovely cloth', body: 'Soft cotton, true to its size and well stitched.' };

/** Nobody has written the same before, and no letters and figures that come up by chance are rude, or a telephone number. */
const unique = (text: string): string =>
  `${text} ${randomUUID().replace(/./g, (sign) => 'bdghjklmnqrtvwxz'[Number.parseInt(sign, 16)] ?? '')}`;

/** Registers a customer of their own. */
export async function openReviewer(url: string): Promise<Reviewer> {
  const body = { email: `${randomUUID()}@example.com`, password: 'correct horse battery', name: 'Lakshmi Iyengar' };
  const { body: told } = await openShop(url).ask<{ accessToken: string; customer: { id: string } }>(
    'POST',
    '/account/register',
    { body },
  );
  const shop = openShop(url, told.accessToken);
  return {
    id: told.customer.id,
    shop,
    review({ productId, variantId }, words = {}) {
      const { body: text, ...others } = { ...WORDS, ...words };
      const headers = { prefer: 'wait=20', 'idempotency-key': randomUUID() };
      const body = { variantId, ...others, body: unique(text) };
      return shop.ask<Own>('POST', `/products/${productId}/reviews`, { body, headers });
    },
  };
}

/** The product of a variant. */
export async function goodsOf(query: Books['query'], variantId: string): Promise<Goods> {
  const [row] = await query<{ productId: string }>(`select product_id as "productId" from variants where id = $1`, [
    variantId,
  ]);
  return { productId: row?.productId ?? '', variantId };
}

/** Orders of each of these customers with each of these variants, delivered: put into the tables by hand, for many at once. */
export async function plantDeliveries(
  query: Books['query'],
  { customerIds, variantIds }: { customerIds: string[]; variantIds: string[] },
): Promise<void> {
  for (const customerId of customerIds) {
    await query(
      `with cart as (insert into carts (id, customer_id, currency, status, created_at, updated_at)
            values ($1, $4, 'INR', 'ordered', now(), now())),
          checkout as (insert into checkouts (id, order_id, cart_id, cart_version, customer_id, place_of_supply, currency, total,
              state, busy, steps, created_at, updated_at)
            values ($1, $2, $1, 1, $4, 'IN-KA', 'INR', 105000, 'COMPLETED', false, 1, now(), now())),
          placed as (insert into orders (id, checkout_id, customer_id, state, currency, prices_include_tax, subtotal, discount,
              shipping, tax, total, machine, placed_at, updated_at)
            values ($2, $1, $4, 'DELIVERED', 'INR', true, 105000, 0, 0, 5000, 105000, '{}', now(), now())),
          sent as (insert into shipments (id, order_id, number, shipped_at, delivered_at) values ($3, $2, 1, now(), now())),
          lines as (insert into order_lines (order_id, line, variant_id, sku, title, hsn, quantity, unit_price, line_total, discount,
              taxable_value, rate_percent, cgst, sgst, igst, unit_shares, shipped)
            select $2, line, id, 'K', 'Kurta', '6109', 1, 52500, 52500, 0, 50000, 5, 1250, 1250, 0, '{}', 1 from unnest($5::uuid[]) with ordinality as v (id, line))
        insert into shipment_lines select $3, $2, line, 1 from unnest($5::uuid[]) with ordinality as v (id, line)`,
      [newId(), newId(), newId(), customerId, variantIds],
    );
  }
}
