import { z } from 'zod';
import { refused } from '../../../domain/errors.ts';
import type { RefusalReason } from '../../../domain/pricing/output.ts';
import type { ApiDeps } from '../../deps.ts';
import { type AnyRoute, route } from '../../http/route.ts';
import { codeSchema } from '../pricing/code.ts';
import { changeCart } from './cart-change.ts';
import { pricedCart, type StockedCart } from './cart-pricing.ts';
import { cartSchema } from './cart-view.ts';

const answer = { description: 'The cart, priced now', schema: cartSchema };
const common = { permission: 'cart:update', access: 'cart', tag: 'Cart' } as const;

/** The codes of a cart. */
export const cartCodeRoutes = (deps: ApiDeps): AnyRoute[] => [enterCode(deps), removeCode(deps)];

const enterCode = (deps: ApiDeps) =>
  route({
    ...common,
    method: 'post',
    path: '/api/v1/store/cart/{id}/discounts',
    summary: 'Enter a discount code',
    description:
      'A code that does not apply is refused with its reason and not kept. One that applies is kept, also when another discount is better: `refusedCodes` then says so, and why a kept code does not count any more.',
    params: z.object({ id: z.uuid() }),
    body: z.strictObject({ code: codeSchema }),
    answers: { 200: answer },
    errors: [
      'CART_NOT_FOUND',
      'DISCOUNT_NOT_APPLICABLE',
      'QUANTITY_LIMIT_EXCEEDED',
      'ORDER_VALUE_EXCEEDED',
      'CART_IN_CHECKOUT',
      'CART_ORDERED',
    ],
    idempotent: true,
    handle(call) {
      const { code } = call.body;
      return changeCart(deps, call, {
        status: 200,
        extra: { code },
        apply(stocked, now) {
          stocked.cart.addCode(code, now);
          requireApplicable(deps, stocked, { code, now });
        },
      });
    },
  });

const removeCode = (deps: ApiDeps) =>
  route({
    ...common,
    method: 'delete',
    path: '/api/v1/store/cart/{id}/discounts/{code}',
    summary: 'Take a discount code away',
    params: z.object({ id: z.uuid(), code: codeSchema }),
    answers: { 200: answer },
    errors: ['CART_NOT_FOUND', 'DISCOUNT_CODE_NOT_FOUND', 'ORDER_VALUE_EXCEEDED', 'CART_IN_CHECKOUT', 'CART_ORDERED'],
    handle(call) {
      const { code } = call.params;
      return changeCart(deps, call, {
        status: 200,
        apply(stocked, now) {
          stocked.cart.removeCode(code, now);
          stocked.context.discounts = stocked.context.discounts.filter((one) => one.code !== code);
        },
      });
    },
  });

/** Reasons that say nothing against the code itself: it may well count when the cart changes. */
const KEPT: ReadonlySet<RefusalReason> = new Set<RefusalReason>(['BETTER_DISCOUNT_APPLIED', 'NO_EFFECT']);

/** @throws DISCOUNT_NOT_APPLICABLE with the reason */
function requireApplicable(deps: ApiDeps, stocked: StockedCart, { code, now }: { code: string; now: Date }): void {
  if (!stocked.context.discounts.some((one) => one.code === code)) {
    // Of several codes of one discount only one can count.
    throw refused('DISCOUNT_NOT_APPLICABLE', { code, reason: 'UNKNOWN_CODE' });
  }
  const refusal = pricedCart(deps, stocked, now).refusals.find((one) => one.code === code);
  if (!refusal || KEPT.has(refusal.reason)) return;
  throw refused('DISCOUNT_NOT_APPLICABLE', { code, reason: refusal.reason, ...refusal.details });
}
