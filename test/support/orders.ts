import { newId } from '../../src/infra/ids.ts';
import { type Books, stockVariant } from './books.ts';

export interface Planted {
  checkoutId: string;
  orderId: string;
}

/**
 * An order of two units of 525 rupees with 5 % of tax inside, as its purchase leaves it, with its invoice due: put into
 * the tables by hand, where no worker runs who would place it. `addressOf` says what stands in the column of a checkout.
 */
export async function plantOrder(
  query: Books['query'],
  { addressOf = () => null, variantId }: { addressOf?: (checkoutId: string) => string | null; variantId?: string } = {},
): Promise<Planted> {
  const [checkoutId, orderId] = [newId(), newId()];
  await query(
    `with cart as (insert into carts (id, currency, status, created_at, updated_at)
          values ($1, 'INR', 'ordered', now(), now())),
        checkout as (insert into checkouts (id, order_id, cart_id, cart_version, shipping_address, place_of_supply, currency,
            total, state, busy, steps, created_at, updated_at)
          values ($1, $2, $1, 1, $3, 'IN-KA', 'INR', 105000, 'COMPLETED', false, 1, now(), now())),
        placed as (insert into orders (id, checkout_id, state, currency, prices_include_tax, subtotal, discount, shipping, tax,
            total, machine, placed_at, updated_at)
          values ($2, $1, 'CONFIRMED', 'INR', true, 105000, 0, 0, 5000, 105000, '{}', now(), now())),
        numbered as (insert into order_numbers (order_id) values ($2)),
        due as (insert into documents_due values ($2, 'invoice', $2, now()))
      insert into order_lines values ($2, 1, $4, 'KURTA-1', 'Kurta', '6109', 2, 52500, 105000, 0, 100000, 5, 2500, 2500, 0, '{}')`,
    [checkoutId, orderId, addressOf(checkoutId), variantId ?? (await stockVariant(query, { stock: 0 }))],
  );
  return { checkoutId, orderId };
}
