import { LockMode } from '@mikro-orm/core';
import { z } from 'zod';
import { refused } from '../../domain/errors.ts';
import { Cart, type LineLimit } from '../../entities/cart.ts';
import { loadSellables, type Query, type Sellable } from '../../entities/sellable.ts';
import { tokenFor } from '../../infra/tokens.ts';
import type { Tx } from '../../infra/unit-of-work.ts';
import { holdsCart } from '../cart-token.ts';
import type { ApiDeps } from '../deps.ts';
import { edit } from '../edit.ts';
import { type AnyRoute, type Call, route } from '../route.ts';
import { cartSchema, cartView } from '../views/cart.ts';

const MOST_UNITS = 10_000;

const lineSchema = z.strictObject({ variantId: z.uuid(), quantity: z.int().min(1).max(MOST_UNITS) });
const cartParams = z.object({ id: z.uuid() });
const itemParams = z.object({ id: z.uuid(), itemId: z.uuid() });
const cartAnswer = { description: 'The cart, priced now', schema: cartSchema };

/** Carts are edited at once: one aggregate, one transaction. */
export const cartRoutes = (deps: ApiDeps): AnyRoute[] => [
  route({
    method: 'post',
    path: '/api/v1/store/cart',
    permission: 'cart:create',
    access: 'public',
    summary: 'Create a cart',
    tag: 'Cart',
    body: z.strictObject({ items: z.array(lineSchema).max(200).optional() }).default({}),
    answers: { 201: cartAnswer },
    errors: ['VARIANT_NOT_FOUND', 'QUANTITY_LIMIT_EXCEEDED'],
    idempotent: true,
    async handle(call) {
      const answer = await edit(deps, call, { name: 'cart.create', scope: 'new' }, async (tx) => {
        const cart = Cart.open(deps.currency, tx.now);
        const lines = call.body.items ?? [];
        const sellables = lines.length > 0 ? await loadSellables(tx.query, idsOf(lines)) : new Map();
        for (const { variantId, quantity } of lines) cart.add(limitOf(sellables, variantId), quantity, tx.now);
        tx.em.persist(cart);
        return reply(201, deps, tx, { cart, sellables });
      });
      // The secret is derived, never stored: a replayed answer gets it anew.
      const { id } = answer.body as { id: string };
      return { ...answer, body: { ...(answer.body as object), cartToken: tokenFor(deps.secret, id) } };
    },
  }),

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
      refuseStranger(deps, call);
      const em = deps.db.orm.em.fork();
      const cart = await em.findOne(Cart, { id: call.params.id }, { populate: ['items'] });
      if (!cart) throw refused('CART_NOT_FOUND', { cartId: call.params.id });
      const sellables = await sellablesOf(deps.db.query, cart);
      return { status: 200, body: cartView(cart, sellables, { now: new Date(), sellerState: deps.sellerState }) };
    },
  }),

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
    handle: (call) =>
      changeCart(deps, call, { status: 201, extra: call.body.variantId }, (cart, sellables, now) => {
        cart.add(limitOf(sellables, call.body.variantId), call.body.quantity, now);
      }),
  }),

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
    handle: (call) =>
      changeCart(deps, call, { status: 200 }, (cart, sellables, now) => {
        cart.setQuantity(call.params.itemId, call.body.quantity, (variantId) => limitOf(sellables, variantId), now);
      }),
  }),

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
    handle: (call) =>
      changeCart(deps, call, { status: 200 }, (cart, sellables, now) => {
        cart.setQuantity(call.params.itemId, 0, (variantId) => limitOf(sellables, variantId), now);
      }),
  }),
];

type CartCall = Call<{ id: string }, unknown, unknown>;

function changeCart(
  deps: ApiDeps,
  call: CartCall,
  { status, extra }: { status: number; extra?: string },
  change: (cart: Cart, sellables: ReadonlyMap<string, Sellable>, now: Date) => void,
) {
  refuseStranger(deps, call);
  const { id } = call.params;
  return edit(deps, call, { name: 'cart.edit', scope: id }, async (tx) => {
    const cart = await lockCart(tx, id);
    const sellables = await sellablesOf(tx.query, cart, extra);
    change(cart, sellables, tx.now);
    return reply(status, deps, tx, { cart, sellables });
  });
}

/** Loads a cart with its lines under its row lock. @throws CART_NOT_FOUND */
export async function lockCart(tx: Tx, id: string): Promise<Cart> {
  const cart = await tx.em.findOne(Cart, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE });
  if (!cart) throw refused('CART_NOT_FOUND', { cartId: id });
  await tx.em.populate(cart, ['items']);
  return cart;
}

/** Somebody else's cart is answered like one that does not exist. */
function refuseStranger({ secret }: ApiDeps, call: CartCall): void {
  if (!holdsCart(secret, call, call.params.id)) throw refused('CART_NOT_FOUND', { cartId: call.params.id });
}

async function reply(
  status: number,
  { sellerState }: ApiDeps,
  tx: Tx,
  { cart, sellables }: { cart: Cart; sellables: ReadonlyMap<string, Sellable> },
) {
  // The version that the client sees is the one that this change makes.
  await tx.write();
  return { status, headers: {}, body: cartView(cart, sellables, { now: tx.now, sellerState }) };
}

const sellablesOf = (query: Query, cart: Cart, extra?: string): Promise<Map<string, Sellable>> =>
  loadSellables(query, [...cart.items.map((item) => item.variantId), ...(extra ? [extra] : [])]);

const idsOf = (lines: readonly { variantId: string }[]): string[] => lines.map(({ variantId }) => variantId);

function limitOf(sellables: ReadonlyMap<string, Sellable>, variantId: string): LineLimit {
  const sellable = sellables.get(variantId);
  if (!sellable?.isOnSale) throw refused('VARIANT_NOT_FOUND', { variantId });
  return sellable;
}
