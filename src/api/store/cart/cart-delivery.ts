import { z } from 'zod';
import { requireMethod } from '../../../entities/pricing/shipping-methods.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { ownersOf } from '../../auth/ownership.ts';
import type { ApiDeps } from '../../deps.ts';
import { type AnyRoute, route } from '../../http/route.ts';
import { edit } from '../../writes/edit.ts';
import { stateSchema } from '../checkout/address.ts';
import { answerCart, lockCart } from './cart-change.ts';
import { readStocked, stockCart } from './cart-pricing.ts';
import { cartSchema } from './cart-view.ts';
import { quotesSchema, readQuotes } from './shipping-quotes-view.ts';

const params = z.object({ id: z.uuid() });

/** How a cart is to be delivered. */
export const cartDeliveryRoutes = (deps: ApiDeps): AnyRoute[] => [quote(deps), choose(deps)];

const quote = (deps: ApiDeps) =>
  route({
    method: 'get',
    path: '/api/v1/store/cart/{id}/shipping-methods',
    permission: 'cart:read',
    access: 'cart',
    tag: 'Cart',
    summary: 'What delivery of the cart to a state costs, by each method',
    params,
    query: z.strictObject({
      state: stateSchema
        .optional()
        .meta({ description: 'Default: where the cart is to go, else the state of the shop.' }),
    }),
    answers: { 200: { description: 'The methods that deliver there', schema: quotesSchema } },
    errors: ['CART_NOT_FOUND', 'ORDER_VALUE_EXCEEDED'],
    async handle(call) {
      const now = new Date();
      const stocked = await readStocked(deps, call, { cartId: call.params.id, now });
      const state = call.query.state ?? stocked.cart.destination ?? deps.sellerState;
      return { status: 200, body: await readQuotes(deps, stocked, { state, now }) };
    },
  });

const choose = (deps: ApiDeps) =>
  route({
    method: 'put',
    path: '/api/v1/store/cart/{id}/shipping',
    permission: 'cart:update',
    access: 'cart',
    tag: 'Cart',
    summary: 'Say where the cart is to go, and how; null: not decided',
    description: 'The totals count with it. A checkout without a method of its own takes this one.',
    params,
    body: z.strictObject({ state: stateSchema.nullable(), shippingMethodId: z.uuid().nullable() }),
    answers: { 200: { description: 'The cart, priced now', schema: cartSchema } },
    errors: ['CART_NOT_FOUND', 'SHIPPING_METHOD_UNKNOWN', 'ORDER_VALUE_EXCEEDED', 'CART_IN_CHECKOUT', 'CART_ORDERED'],
    handle(call) {
      const { id } = call.params;
      const { state: destination, shippingMethodId } = call.body;
      const owners = ownersOf(deps.secret, call, id);
      const work = async (tx: Tx) => {
        const cart = await lockCart(tx, { id, owners });
        if (shippingMethodId !== null) await requireMethod(tx.query, shippingMethodId);
        cart.deliver({ destination, shippingMethodId }, tx.now);
        const stocked = await stockCart(deps, tx.query, { cart, now: tx.now });
        return answerCart(deps, tx, { ...stocked, status: 200 });
      };
      return edit(deps, call, { name: 'cart.edit', scope: id, work });
    },
  });
