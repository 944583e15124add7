import { z } from 'zod';
import type { ApiDeps } from '../../deps.ts';
import { type AnyRoute, route } from '../../http/route.ts';
import { cartInputs, priceInputs, readLoadedCart } from '../cart/cart-pricing.ts';
import { explainedSchema } from './price-explanation.ts';

/** The route that explains the price of a cart. */
export const pricingRoutes = (deps: ApiDeps): AnyRoute[] => [
  route({
    method: 'post',
    path: '/api/v1/store/pricing/explain',
    permission: 'cart:read',
    access: 'cart',
    tag: 'Cart',
    summary: 'Explain the price of a cart, step by step',
    body: z.strictObject({ cartId: z.uuid() }),
    answers: { 200: { description: 'The price with each of its steps', schema: explainedSchema } },
    errors: ['CART_NOT_FOUND', 'ORDER_VALUE_EXCEEDED'],
    async handle(call) {
      const now = new Date();
      const loaded = await readLoadedCart(deps, call, { cartId: call.body.cartId, now });
      const inputs = cartInputs(deps, loaded, now);
      return { status: 200, body: { at: inputs.at, currency: inputs.currency, ...priceInputs(inputs) } };
    },
  }),
];
