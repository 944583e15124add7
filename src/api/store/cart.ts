import { z } from 'zod';
import { refused } from '../../domain/errors.ts';
import { Cart, loadCart } from '../../entities/cart.ts';
import { loadCartSellables, loadSellables } from '../../entities/sellable.ts';
import { tokenFor } from '../../infra/tokens.ts';
import type { Tx } from '../../infra/unit-of-work.ts';
import type { ApiDeps } from '../deps.ts';
import { edit } from '../edit.ts';
import { customerIn, ownersOf } from '../ownership.ts';
import { type AnyRoute, route } from '../route.ts';
import { cartSchema, cartView } from '../views/cart.ts';
import { answerCart, changeCart, limitOf } from './cart-change.ts';

const MOST_UNITS = 10_000;

const lineSchema = z.strictObject({ variantId: z.uuid(), quantity: z.int().min(1).max(MOST_UNITS) });
const cartParams = z.object({ id: z.uuid() });
const itemParams = z.object({ id: z.uuid(), itemId: z.uuid() });
const cartAnswer = { description: 'The cart, priced now', schema: cartSchema };

/** Carts are edited at once: one aggregate, one transaction. */
export const cartRoutes = (deps: ApiDeps): AnyRoute[] => [
  createCart(deps),
  readCart(deps),
  addItem(deps),
  setItem(deps),
  removeItem(deps),
];

const createCart = (deps: ApiDeps) =>
  route({
    method: 'post',
    path: '/api/v1/store/cart',
    permission: 'cart:create',
    access: 'store',
    summary: 'Create a cart: of the signed-in customer, else of whoever holds its token',
    tag: 'Cart',
    body: z.strictObject({ items: z.array(lineSchema).max(200).optional() }).default({}),
    answers: { 201: cartAnswer },
    errors: ['VARIANT_NOT_FOUND', 'QUANTITY_LIMIT_EXCEEDED'],
    idempotent: true,
    async handle(call) {
      const lines = call.body.items ?? [];
      const work = async (tx: Tx) => {
        const cart = Cart.open({ currency: deps.currency, customerId: customerIn(call), now: tx.now });
        const variantIds = lines.map(({ variantId }) => variantId);
        const sellables = lines.length > 0 ? await loadSellables(tx.query, variantIds) : new Map();
        for (const { variantId, quantity } of lines) cart.add(limitOf(sellables, variantId), quantity, tx.now);
        cart.store(tx);
        return answerCart(deps, tx, { cart, sellables, status: 201 });
      };
      const answer = await edit(deps, call, { name: 'cart.create', scope: 'new', work });
      if (customerIn(call) !== null) return answer;
      // The secret is derived, never stored: a replayed answer gets it anew.
      const cart = answer.body as { id: string };
      return { ...answer, body: { ...cart, cartToken: tokenFor(deps.secret, cart.id) } };
    },
  });

const readCart = (deps: ApiDeps) =>
  route({
    method: 'get',
    path: '/api/v1/store/cart/{id}',
    permission: 'cart:read',
    access: 'cart',
    summary: 'The cart, priced now',
    tag: 'Cart',
    params: cartParams,
    answers: { 200: cartAnswer },
    errors: ['CART_NOT_FOUND'],
    async handle(call) {
      const { db, sellerState } = deps;
      const { id } = call.params;
      const owners = ownersOf(deps.secret, call, id);
      const carts = owners.map((customerId) => loadCart(db, { id, customerId }));
      const [sellables, ...found] = await Promise.all([loadCartSellables(db.query, id, null), ...carts]);
      const cart = found.find((one) => one !== undefined);
      if (!cart) throw refused('CART_NOT_FOUND', { cartId: id });
      return { status: 200, body: cartView(cart, sellables, { now: new Date(), sellerState }) };
    },
  });

const addItem = (deps: ApiDeps) =>
  route({
    method: 'post',
    path: '/api/v1/store/cart/{id}/items',
    permission: 'cart:update',
    access: 'cart',
    summary: 'Add units of a variant',
    tag: 'Cart',
    params: cartParams,
    body: lineSchema,
    answers: { 201: cartAnswer },
    errors: ['CART_NOT_FOUND', 'VARIANT_NOT_FOUND', 'QUANTITY_LIMIT_EXCEEDED', 'CART_IN_CHECKOUT', 'CART_ORDERED'],
    idempotent: true,
    handle(call) {
      const { variantId, quantity } = call.body;
      return changeCart(deps, call, {
        status: 201,
        variantId,
        apply: ({ cart, sellables }, now) => cart.add(limitOf(sellables, variantId), quantity, now),
      });
    },
  });

const setItem = (deps: ApiDeps) =>
  route({
    method: 'patch',
    path: '/api/v1/store/cart/{id}/items/{itemId}',
    permission: 'cart:update',
    access: 'cart',
    summary: 'Set the units of a line; 0 removes it',
    tag: 'Cart',
    params: itemParams,
    body: z.strictObject({ quantity: z.int().min(0).max(MOST_UNITS) }),
    answers: { 200: cartAnswer },
    errors: ['CART_NOT_FOUND', 'CART_ITEM_NOT_FOUND', 'QUANTITY_LIMIT_EXCEEDED', 'CART_IN_CHECKOUT', 'CART_ORDERED'],
    handle(call) {
      const line = { itemId: call.params.itemId, quantity: call.body.quantity };
      return changeCart(deps, call, {
        status: 200,
        apply: ({ cart, sellables }, now) => cart.setQuantity(line, (id) => limitOf(sellables, id), now),
      });
    },
  });

const removeItem = (deps: ApiDeps) =>
  route({
    method: 'delete',
    path: '/api/v1/store/cart/{id}/items/{itemId}',
    permission: 'cart:update',
    access: 'cart',
    summary: 'Remove a line',
    tag: 'Cart',
    params: itemParams,
    answers: { 200: cartAnswer },
    errors: ['CART_NOT_FOUND', 'CART_ITEM_NOT_FOUND', 'CART_IN_CHECKOUT', 'CART_ORDERED'],
    handle(call) {
      const line = { itemId: call.params.itemId, quantity: 0 };
      return changeCart(deps, call, {
        status: 200,
        apply: ({ cart, sellables }, now) => cart.setQuantity(line, (id) => limitOf(sellables, id), now),
      });
    },
  });
