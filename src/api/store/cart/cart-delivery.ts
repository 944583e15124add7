import { z } from 'zod';
import { lockCart } from '../../../entities/cart/load-cart.ts';
import { requireMethod } from '../../../entities/pricing/shipping-methods.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { ownersOf } from '../../auth/ownership.ts';
import type { ApiDeps } from '../../deps.ts';
import { type AnyRoute, route } from '../../http/route.ts';
import { edit } from '../../writes/edit.ts';
import { stateSchema } from '../checkout/address.ts';
import { answerCart } from './cart-change.ts';
import { loadPricingData, readLoadedCart } from './cart-pricing.ts';
import { cartSchema } from './cart-view.ts';
import { quotesSchema, readQuotes } from './shipping-quotes-view.ts';

const params = z.object({ id: z.uuid() });

/** The routes for the shipping of a cart. */
export const cartDeliveryRoutes = (deps: ApiDeps): AnyRoute[] => [listShippingQuotes(deps), setShipping(deps)];

const listShippingQuotes = (deps: ApiDeps) =>
  route({
    method: 'get',
    path: '/api/v1/store/cart/{id}/shipping-methods',
    permission: 'cart:read',
    access: 'cart',
    tag: 'Cart',
    summary: 'List the shipping quotes of a cart',
    params,
    query: z.strictObject({
      state: stateSchema.optional().meta({
        description: 'ISO 3166-2 code, e.g. `IN-KA`. Default: the destination of the cart, else the state of the shop.',
      }),
    }),
    answers: { 200: { description: 'The shipping methods that deliver to the state', schema: quotesSchema } },
    errors: ['CART_NOT_FOUND', 'ORDER_VALUE_EXCEEDED'],
    async handle(call) {
      const now = new Date();
      const loaded = await readLoadedCart(deps, call, { cartId: call.params.id, now });
      const state = call.query.state ?? loaded.cart.destination ?? deps.sellerState;
      return { status: 200, body: await readQuotes(deps, loaded, { state, now }) };
    },
  });

const setShipping = (deps: ApiDeps) =>
  route({
    method: 'put',
    path: '/api/v1/store/cart/{id}/shipping',
    permission: 'cart:update',
    access: 'cart',
    tag: 'Cart',
    summary: 'Set the destination and the shipping method of a cart',
    description:
      'The totals include this shipping method. A checkout without `shippingMethodId` uses it. `null` means undecided.',
    params,
    body: z.strictObject({ state: stateSchema.nullable(), shippingMethodId: z.uuid().nullable() }),
    answers: { 200: { description: 'The cart with its current prices', schema: cartSchema } },
    errors: ['CART_NOT_FOUND', 'SHIPPING_METHOD_UNKNOWN', 'ORDER_VALUE_EXCEEDED', 'CART_IN_CHECKOUT', 'CART_ORDERED'],
    handle(call) {
      const { id } = call.params;
      const { state: destination, shippingMethodId } = call.body;
      const owners = ownersOf(deps.secret, call, id);
      const work = async (tx: Tx) => {
        const cart = await lockCart(tx, { id, owners });
        if (shippingMethodId !== null) await requireMethod(tx.query, shippingMethodId);
        cart.setDelivery({ destination, shippingMethodId }, tx.now);
        const loaded = await loadPricingData(deps, tx.query, { cart, now: tx.now });
        return answerCart(deps, tx, { ...loaded, status: 200 });
      };
      return edit(deps, call, { name: 'cart.edit', scope: id, work });
    },
  });
