import { z } from 'zod';
import { Cart } from '../../../entities/cart/cart.ts';
import { saveNotifiedPrices } from '../../../entities/cart/notified-prices.ts';
import { idsOf } from '../../../entities/pricing/pricing-request.ts';
import { tokenFor } from '../../../infra/crypto/tokens.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { newId } from '../../../infra/ids.ts';
import { customerIdOf } from '../../auth/ownership.ts';
import type { ApiDeps } from '../../deps.ts';
import { type AnyRoute, route } from '../../http/route.ts';
import { edit } from '../../writes/edit.ts';
import { answerCart, requireSellable } from './cart-change.ts';
import { cartCodeRoutes } from './cart-codes.ts';
import { cartDeliveryRoutes } from './cart-delivery.ts';
import { cartItemRoutes } from './cart-items.ts';
import { LIMIT_ERRORS, lineSchema } from './cart-lines.ts';
import { loadPricingData, priceLoadedCart, readLoadedCart } from './cart-pricing.ts';
import { cartSchema, cartView } from './cart-view.ts';

const cartParams = z.object({ id: z.uuid() });
const cartAnswer = { description: 'The cart with its current prices', schema: cartSchema };

/** The routes of carts. Each change is one synchronous transaction on one aggregate. */
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
    summary: 'Create a cart',
    description: 'The cart belongs to the signed-in customer, or to the holder of the returned `cartToken`.',
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
        const cart = Cart.open({ currency: deps.currency, customerId: customerIdOf(call), now: tx.now });
        const { orderLimits: order } = deps;
        const loaded = await loadPricingData(deps, tx.query, { cart, additions: idsOf(lines), now: tx.now });
        const limits = { goods: loaded.sellables, order };
        for (const line of lines) {
          requireSellable(loaded, line);
          cart.add(line, limits, tx.now);
        }
        const answer = await answerCart(deps, tx, { ...loaded, status: 201 });
        cart.store(tx);
        return answer;
      };
      const answer = await edit(deps, call, { name: 'cart.create', scope: 'new', groupKey: newId(), work });
      if (customerIdOf(call) !== null) return answer;
      // The token is derived and never stored, so a replayed idempotent response derives it again.
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
    summary: 'Retrieve a cart',
    tag: 'Cart',
    params: cartParams,
    answers: { 200: cartAnswer },
    errors: ['CART_NOT_FOUND', 'ORDER_VALUE_EXCEEDED'],
    async handle(call) {
      const now = new Date();
      const loaded = await readLoadedCart(deps, call, { cartId: call.params.id, now });
      const priced = priceLoadedCart(deps, loaded, now);
      const body = cartView(loaded, priced);
      // Saved before the response, so that the checkout knows every price that the client has seen.
      await saveNotifiedPrices(deps.db.query, loaded.cart, { priced, priceChanges: body.priceChanges });
      return { status: 200, body };
    },
  });
