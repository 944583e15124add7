import { z } from 'zod';
import { priceCart } from '../../domain/pricing.ts';
import type { Cart } from '../../entities/cart.ts';
import type { Sellable } from '../../entities/sellable.ts';

export const totalsSchema = z
  .object({ subtotal: z.int(), discount: z.int(), shipping: z.int(), tax: z.int(), total: z.int() })
  .meta({ id: 'Totals', description: 'Paise. Prices include tax: `tax` says how much of `total` it is.' });

export const cartSchema = z
  .object({
    id: z.uuid(),
    cartToken: z
      .string()
      .optional()
      .meta({ description: 'The secret that goes with the cart; only in the answer that creates it.' }),
    status: z.enum(['open', 'checkout', 'ordered', 'merged']),
    items: z.array(
      z.object({
        id: z.uuid(),
        variantId: z.uuid(),
        sku: z.string(),
        title: z.string(),
        slug: z.string(),
        size: z.string().nullable(),
        color: z.string().nullable(),
        quantity: z.int(),
        unitPrice: z.int(),
        lineTotal: z.int(),
        available: z.int().meta({ description: 'Units on sale now; a hint, the checkout decides.' }),
      }),
    ),
    discounts: z.array(z.object({ code: z.string(), amount: z.int() })),
    totals: totalsSchema,
    currency: z.string(),
    version: z.int(),
  })
  .meta({ id: 'Cart' });

/** A cart as clients see it, priced now. `sellables` holds every variant of the cart. */
export function cartView(
  cart: Cart,
  sellables: ReadonlyMap<string, Sellable>,
  at: { now: Date; sellerState: string },
): z.infer<typeof cartSchema> {
  const rows = cart.items.getItems().flatMap((item) => {
    const sellable = sellables.get(item.variantId);
    return sellable ? [{ item, sellable }] : [];
  });
  const priced = priceCart({
    currency: cart.currency,
    at: at.now.toISOString(),
    pricesIncludeTax: true,
    sellerState: at.sellerState,
    placeOfSupply: null,
    lines: rows.map(({ item, sellable }) => {
      const { variantId, price, hsn, taxRates } = sellable;
      return { variantId, quantity: item.quantity, unitPrice: price, hsn, taxRates };
    }),
  });
  const items = rows.map(({ item, sellable }, index) => {
    const { variantId, sku, title, slug, size, color, price, available } = sellable;
    const lineTotal = priced.lines[index]?.lineTotal ?? 0;
    const names = { id: item.id, variantId, sku, title, slug, size, color };
    return { ...names, quantity: item.quantity, unitPrice: price, lineTotal, available };
  });
  const { id, status, currency, version } = cart;
  return { id, status, items, discounts: [], totals: priced.totals, currency, version };
}
