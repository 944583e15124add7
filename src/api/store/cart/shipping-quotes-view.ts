import { z } from 'zod';
import { loadShippingMethods } from '../../../entities/pricing/shipping-methods.ts';
import type { ApiDeps } from '../../deps.ts';
import { cartInputs, type LoadedCart, priceInputs } from './cart-pricing.ts';

export const quotesSchema = z
  .object({
    data: z.array(
      z.object({
        id: z.uuid(),
        name: z.string(),
        price: z.int().meta({ description: 'Paise, with or without tax as the prices of the shop.' }),
        discount: z.int().meta({ description: 'Paise that the discounts of the cart take off the shipping price.' }),
        total: z.int().meta({ description: 'Paise: total of the whole cart with this shipping method.' }),
      }),
    ),
    currency: z.string(),
  })
  .meta({ id: 'ShippingQuotes' });

/** Prices a cart with each shipping method that delivers to `state`. @throws ORDER_VALUE_EXCEEDED */
export async function readQuotes(
  deps: ApiDeps,
  loaded: LoadedCart,
  { state, now }: { state: string; now: Date },
): Promise<z.infer<typeof quotesSchema>> {
  const methods = await loadShippingMethods(deps.db.query);
  const inputs = { ...cartInputs(deps, loaded, now), placeOfSupply: state };
  const data = methods.flatMap((method) => {
    const { shipping, totals } = priceInputs({ ...inputs, shipping: method });
    if (!shipping) return [];
    const { methodId: id, name, price, discount } = shipping;
    return [{ id, name, price, discount, total: totals.total }];
  });
  return { data, currency: loaded.cart.currency };
}
