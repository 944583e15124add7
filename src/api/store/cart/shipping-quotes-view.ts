import { z } from 'zod';
import { loadShippingMethods } from '../../../entities/pricing/shipping-methods.ts';
import type { ApiDeps } from '../../deps.ts';
import { cartInputs, priceInputs, type StockedCart } from './cart-pricing.ts';

export const quotesSchema = z
  .object({
    data: z.array(
      z.object({
        id: z.uuid(),
        name: z.string(),
        price: z.int().meta({ description: 'Paise, as the shop states its prices.' }),
        discount: z.int().meta({ description: 'What the discounts of the cart take off it.' }),
        total: z.int().meta({ description: 'Of the whole cart, delivered this way.' }),
      }),
    ),
    currency: z.string(),
  })
  .meta({ id: 'ShippingQuotes' });

/** What a cart would cost, delivered to `state` by each of the methods that go there. @throws ORDER_VALUE_EXCEEDED */
export async function readQuotes(
  deps: ApiDeps,
  stocked: StockedCart,
  { state, now }: { state: string; now: Date },
): Promise<z.infer<typeof quotesSchema>> {
  const methods = await loadShippingMethods(deps.db.query);
  const inputs = { ...cartInputs(deps, stocked, now), placeOfSupply: state };
  const data = methods.flatMap((method) => {
    const { shipping, totals } = priceInputs({ ...inputs, shipping: method });
    if (!shipping) return [];
    const { methodId: id, name, price, discount } = shipping;
    return [{ id, name, price, discount, total: totals.total }];
  });
  return { data, currency: stocked.cart.currency };
}
