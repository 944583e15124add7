import { z } from 'zod';
import { idsOf } from '../../../entities/pricing/pricing-request.ts';
import type { ApiDeps } from '../../deps.ts';
import { type AnyRoute, route } from '../../http/route.ts';
import { changeCart, requireSellable } from './cart-change.ts';
import { LIMIT_ERRORS, lineSchema, MAX_UNITS } from './cart-lines.ts';
import { cartSchema } from './cart-view.ts';

const itemParams = z.object({ id: z.uuid(), itemId: z.uuid() });
const answer = { description: 'The cart with its current prices', schema: cartSchema };
const common = { permission: 'cart:update', access: 'cart', tag: 'Cart' } as const;

/** The routes for the items of a cart. */
export const cartItemRoutes = (deps: ApiDeps): AnyRoute[] => [addItem(deps), updateItem(deps), removeItem(deps)];

const addItem = (deps: ApiDeps) =>
  route({
    ...common,
    method: 'post',
    path: '/api/v1/store/cart/{id}/items',
    summary: 'Add an item to a cart',
    params: z.object({ id: z.uuid() }),
    body: lineSchema,
    answers: { 201: answer },
    errors: [
      'CART_NOT_FOUND',
      'VARIANT_NOT_FOUND',
      'BUNDLE_NOT_FOUND',
      'BUNDLE_SELECTION_INVALID',
      ...LIMIT_ERRORS,
      'CART_IN_CHECKOUT',
      'CART_ORDERED',
    ],
    idempotent: true,
    handle(call) {
      const { body } = call;
      return changeCart(deps, call, {
        status: 201,
        additions: idsOf([body]),
        apply(loaded, now) {
          requireSellable(loaded, body);
          loaded.cart.add(body, { goods: loaded.sellables, order: deps.orderLimits }, now);
        },
      });
    },
  });

const updateItem = (deps: ApiDeps) =>
  route({
    ...common,
    method: 'patch',
    path: '/api/v1/store/cart/{id}/items/{itemId}',
    summary: 'Update the quantity of an item in a cart',
    params: itemParams,
    body: z.strictObject({
      quantity: z.int().min(0).max(MAX_UNITS).meta({ description: 'Units; 0 removes the item.' }),
    }),
    answers: { 200: answer },
    errors: ['CART_NOT_FOUND', 'CART_ITEM_NOT_FOUND', ...LIMIT_ERRORS, 'CART_IN_CHECKOUT', 'CART_ORDERED'],
    handle(call) {
      const line = { itemId: call.params.itemId, quantity: call.body.quantity };
      return changeCart(deps, call, {
        status: 200,
        apply: ({ cart, sellables: goods }, now) => cart.setQuantity(line, { goods, order: deps.orderLimits }, now),
      });
    },
  });

const removeItem = (deps: ApiDeps) =>
  route({
    ...common,
    method: 'delete',
    path: '/api/v1/store/cart/{id}/items/{itemId}',
    summary: 'Remove an item from a cart',
    params: itemParams,
    answers: { 200: answer },
    errors: ['CART_NOT_FOUND', 'CART_ITEM_NOT_FOUND', 'ORDER_VALUE_EXCEEDED', 'CART_IN_CHECKOUT', 'CART_ORDERED'],
    handle(call) {
      const line = { itemId: call.params.itemId, quantity: 0 };
      return changeCart(deps, call, {
        status: 200,
        apply: ({ cart, sellables: goods }, now) => cart.setQuantity(line, { goods, order: deps.orderLimits }, now),
      });
    },
  });
