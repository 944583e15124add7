import { z } from 'zod';
import type { ApiDeps } from '../../deps.ts';
import { type AnyRoute, route } from '../../http/route.ts';
import { cartInputs, priceInputs, readStocked } from '../cart/cart-pricing.ts';
import { explainedSchema } from './price-explanation.ts';

/** Why a cart costs what it costs. */
export const pricingRoutes = (deps: ApiDeps): AnyRoute[] => [
  route({
    method: 'post',
    path: '/api/v1/store/pricing/explain',
    permission: 'cart:read',
    access: 'cart',
    tag: 'Cart',
    summary: 'How the price of a cart comes about, step by step',
    body: z.strictObject({ cartId: z.uuid() }),
    answers: { 200: { description: 'The price with each of its steps', schema: explainedSchema } },
    errors: ['CART_NOT_FOUND', 'ORDER_VALUE_EXCEEDED'],
    async handle(call) {
      const now = new Date();
      const stocked = await readStocked(deps, call, { cartId: call.body.cartId, now });
      const inputs = cartInputs(deps, stocked, now);
      return { status: 200, body: { at: inputs.at, currency: inputs.currency, ...priceInputs(inputs) } };
    },
  }),
];
