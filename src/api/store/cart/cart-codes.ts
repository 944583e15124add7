import { z } from 'zod';
import { refused } from '../../../domain/errors.ts';
import type { RefusalReason } from '../../../domain/pricing/output.ts';
import type { ApiDeps } from '../../deps.ts';
import { type AnyRoute, route } from '../../http/route.ts';
import { codeSchema } from '../pricing/code.ts';
import { changeCart } from './cart-change.ts';
import { type LoadedCart, priceLoadedCart } from './cart-pricing.ts';
import { cartSchema } from './cart-view.ts';

const answer = { description: 'The cart with its current prices', schema: cartSchema };
const common = { permission: 'cart:update', access: 'cart', tag: 'Cart' } as const;

/** The routes for the discount codes of a cart. */
export const cartCodeRoutes = (deps: ApiDeps): AnyRoute[] => [addCode(deps), removeCode(deps)];

const addCode = (deps: ApiDeps) =>
  route({
    ...common,
    method: 'post',
    path: '/api/v1/store/cart/{id}/discounts',
    summary: 'Add a discount code to a cart',
    description:
      'The request fails with a reason when the code does not apply. The cart keeps an applicable code, even when another discount is better or the code stops applying later; `refusedCodes` then gives the reason.',
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
        additions: { code },
        apply(loaded, now) {
          loaded.cart.addCode(code, now);
          requireApplicable(deps, loaded, { code, now });
        },
      });
    },
  });

const removeCode = (deps: ApiDeps) =>
  route({
    ...common,
    method: 'delete',
    path: '/api/v1/store/cart/{id}/discounts/{code}',
    summary: 'Remove a discount code from a cart',
    params: z.object({ id: z.uuid(), code: codeSchema }),
    answers: { 200: answer },
    errors: ['CART_NOT_FOUND', 'DISCOUNT_CODE_NOT_FOUND', 'ORDER_VALUE_EXCEEDED', 'CART_IN_CHECKOUT', 'CART_ORDERED'],
    handle(call) {
      const { code } = call.params;
      return changeCart(deps, call, {
        status: 200,
        apply(loaded, now) {
          loaded.cart.removeCode(code, now);
          loaded.context.discounts = loaded.context.discounts.filter((one) => one.code !== code);
        },
      });
    },
  });

/** With these reasons the code itself is valid and may apply when the cart changes, so the cart keeps the code. */
const TEMPORARY_REASONS: ReadonlySet<RefusalReason> = new Set<RefusalReason>(['BETTER_DISCOUNT_APPLIED', 'NO_EFFECT']);

/** Refuses a code that does not apply to the cart. @throws DISCOUNT_NOT_APPLICABLE with the reason */
function requireApplicable(deps: ApiDeps, loaded: LoadedCart, { code, now }: { code: string; now: Date }): void {
  if (!loaded.context.discounts.some((one) => one.code === code)) {
    // The code is unknown, or the cart has another code of the same discount: only one of them can apply.
    throw refused('DISCOUNT_NOT_APPLICABLE', { code, reason: 'UNKNOWN_CODE' });
  }
  const refusal = priceLoadedCart(deps, loaded, now).refusals.find((one) => one.code === code);
  if (!refusal || TEMPORARY_REASONS.has(refusal.reason)) return;
  throw refused('DISCOUNT_NOT_APPLICABLE', { code, reason: refusal.reason, ...refusal.details });
}
