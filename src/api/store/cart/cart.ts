import { z } from 'zod';
import { Cart } from '../../../entities/cart/cart.ts';
import { idsOf } from '../../../entities/pricing/priced.ts';
import { tokenFor } from '../../../infra/crypto/tokens.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { newId } from '../../../infra/ids.ts';
import { customerIn } from '../../auth/ownership.ts';
import type { ApiDeps } from '../../deps.ts';
import { type AnyRoute, route } from '../../http/route.ts';
import { edit } from '../../writes/edit.ts';
import { answerCart, requireSellable, told } from './cart-change.ts';
import { cartCodeRoutes } from './cart-codes.ts';
import { cartDeliveryRoutes } from './cart-delivery.ts';
import { cartItemRoutes } from './cart-items.ts';
import { LIMIT_ERRORS, lineSchema } from './cart-lines.ts';
import { pricedCart, readStocked, stockCart } from './cart-pricing.ts';
import { keepQuote } from './cart-quote.ts';
import { cartSchema, cartView } from './cart-view.ts';

const cartParams = z.object({ id: z.uuid() });
const cartAnswer = { description: 'The cart, priced now', schema: cartSchema };

/** Carts are edited at once: one aggregate, one transaction. */
export const cartRoutes = (deps: ApiDeps): AnyRoute[] => [
  createCart(deps),
  readCart(deps),
  ...cartItemRoutes(deps),
  ...cartCodeRoutes(deps),
  ...cartDeliveryRoutes(deps),
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
    errors: [
      'VARIANT_NOT_FOUND',
      'BUNDLE_NOT_FOUND',
      'BUNDLE_SELECTION_INVALID',
      'IDEMPOTENCY_KEY_TOO_SHORT',
      ...LIMIT_ERRORS,
    ],
    idempotent: true,
    limit: 'carts',
    async handle(call) {
      const lines = call.body.items ?? [];
      const work = async (tx: Tx) => {
        const cart = Cart.open({ currency: deps.currency, customerId: customerIn(call), now: tx.now });
        const { orderLimits: order } = deps;
        const stocked = await stockCart(deps, tx.query, { cart, extra: idsOf(lines), now: tx.now });
        const limits = { goods: stocked.sellables, order };
        for (const line of lines) {
          requireSellable(stocked, line);
          cart.add(line, limits, tx.now);
        }
        const answer = await answerCart(deps, tx, { ...stocked, status: 201 });
        cart.store(tx);
        return answer;
      };
      const answer = await edit(deps, call, { name: 'cart.create', scope: 'new', groupKey: newId(), work });
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
    errors: ['CART_NOT_FOUND', 'ORDER_VALUE_EXCEEDED'],
    async handle(call) {
      const now = new Date();
      const stocked = await readStocked(deps, call, { cartId: call.params.id, now });
      const priced = pricedCart(deps, stocked, now);
      const body = cartView(stocked, priced);
      // Before the answer: a client never holds a price that its checkout does not know.
      await keepQuote(deps.db.query, stocked.cart, priced);
      if (body.priceChanges.length > 0) await deps.db.query(...told(body));
      return { status: 200, body };
    },
  });
