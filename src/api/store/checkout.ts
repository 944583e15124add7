import { LockMode } from '@mikro-orm/core';
import { z } from 'zod';
import { refused } from '../../domain/errors.ts';
import { Checkout } from '../../entities/checkout.ts';
import type { Tx } from '../../infra/unit-of-work.ts';
import { advanceCheckout } from '../../jobs/checkout.ts';
import { accept } from '../accept.ts';
import { holdsCart } from '../cart-token.ts';
import type { ApiDeps } from '../deps.ts';
import { type AnyRoute, type Call, route } from '../route.ts';
import { checkoutSchema, readCheckout } from '../views/checkout.ts';
import { readWhenReady } from '../wait.ts';
import { startCheckout } from './checkout-start.ts';
import { addressSchema } from './address.ts';

const methodSchema = z
  .string()
  .regex(/^pm_\w{1,100}$/, 'must be a payment method of the provider, e.g. "pm_card_visa"');
const params = z.object({ id: z.uuid() });
const answers = {
  200: { description: 'The checkout, which needs nothing from the server now', schema: checkoutSchema },
  202: { description: 'The checkout, busy', schema: checkoutSchema },
};

const startSchema = z.strictObject({
  cartId: z.uuid(),
  email: z.email().max(254),
  shippingAddress: addressSchema,
  billingAddress: addressSchema.optional(),
  shippingMethodId: z.string().max(100).optional().meta({ description: 'No shipping methods are on offer: delivery is free.' }),
  paymentMethod: methodSchema.optional(),
  expectedTotal: z.int().min(0).optional().meta({ description: 'Paise. Another total fails with PRICE_CHANGED.' }),
});
export type StartCheckout = z.infer<typeof startSchema>;

/** Checkouts are commands: accepted here, carried out by the workers. */
export const checkoutRoutes = (deps: ApiDeps): AnyRoute[] => [
  route({
    method: 'post',
    path: '/api/v1/store/checkout',
    permission: 'orders:create',
    access: 'cart',
    summary: 'Start a checkout of a cart; the same cart gets the same checkout',
    tag: 'Checkout',
    body: startSchema,
    answers,
    errors: ['CART_NOT_FOUND', 'CART_EMPTY', 'SHIPPING_METHOD_UNKNOWN'],
    idempotent: true,
    waits: true,
    handle: (call) => startCheckout(deps, call),
  }),

  route({
    method: 'get',
    path: '/api/v1/store/checkout/{id}',
    permission: 'orders:read',
    access: 'checkout',
    summary: 'The checkout as it stands',
    tag: 'Checkout',
    params,
    answers,
    errors: ['CHECKOUT_NOT_FOUND'],
    waits: true,
    async handle(call) {
      const { id } = call.params;
      await refuseStranger(deps, call, id);
      const reading = await readWhenReady(deps, id, call);
      if (!reading) throw refused('CHECKOUT_NOT_FOUND', { checkoutId: id });
      return { status: 200, body: reading.view, ...(reading.busy && { headers: { 'Retry-After': '1' } }) };
    },
  }),

  route({
    method: 'post',
    path: '/api/v1/store/checkout/{id}/payment',
    permission: 'orders:create',
    access: 'checkout',
    summary: 'Pay with a method: the first, or another after a decline',
    tag: 'Checkout',
    params,
    body: z.strictObject({ paymentMethod: methodSchema }),
    answers,
    errors: ['CHECKOUT_NOT_FOUND', 'CHECKOUT_STATE_CONFLICT', 'PAYMENT_IN_PROGRESS'],
    idempotent: true,
    waits: true,
    handle: (call) =>
      accept(deps, call, { name: 'checkout.pay', scope: call.params.id }, async (tx) => {
        const checkout = await lockOwn(deps, tx, call);
        refuseUnpayable(checkout, tx.now);
        const [last] = await tx.query<{ attempt: number }>(
          `select coalesce(max(attempt), 0) as attempt from payment_attempts where checkout_id = $1`,
          [checkout.id],
        );
        checkout.addAttempt(tx, (last?.attempt ?? 0) + 1, call.body.paymentMethod);
        return { checkout, body: await viewOf(deps, checkout.id), command: advanceBy(checkout, 'PAY') };
      }),
  }),

  route({
    method: 'post',
    path: '/api/v1/store/checkout/{id}/cancel',
    permission: 'orders:create',
    access: 'checkout',
    summary: 'Cancel the checkout; its goods go back on sale',
    tag: 'Checkout',
    params,
    body: z.strictObject({}).default({}),
    answers,
    errors: ['CHECKOUT_NOT_FOUND', 'CHECKOUT_STATE_CONFLICT'],
    idempotent: true,
    waits: true,
    handle: (call) =>
      accept(deps, call, { name: 'checkout.cancel', scope: call.params.id }, async (tx) => {
        const checkout = await lockOwn(deps, tx, call);
        const body = await viewOf(deps, checkout.id);
        if (checkout.state === 'CANCELLED') return { checkout, body };
        if (checkout.isOver) throw refused('CHECKOUT_STATE_CONFLICT', { state: checkout.state });
        checkout.expectChange(tx.now);
        return { checkout, body, command: advanceBy(checkout, 'CANCEL') };
      }),
  }),
];

const advanceBy = ({ id }: Checkout, event: 'PAY' | 'CANCEL') => ({
  contract: advanceCheckout,
  payload: { checkoutId: id, event },
});

type CheckoutCall = Call<{ id: string }, unknown, unknown>;

async function lockOwn({ secret }: ApiDeps, tx: Tx, call: CheckoutCall): Promise<Checkout> {
  const { id } = call.params;
  const checkout = await tx.em.findOne(Checkout, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE });
  if (!checkout || !holdsCart(secret, call, checkout.cartId)) throw refused('CHECKOUT_NOT_FOUND', { checkoutId: id });
  return checkout;
}

/** Somebody else's checkout is answered like one that does not exist. */
export async function refuseStranger({ db, secret }: ApiDeps, call: Pick<CheckoutCall, 'headers'>, id: string): Promise<void> {
  const [checkout] = await db.query<{ cartId: string }>(`select cart_id as "cartId" from checkouts where id = $1`, [id]);
  if (!holdsCart(secret, call, checkout?.cartId ?? '') || !checkout) throw refused('CHECKOUT_NOT_FOUND', { checkoutId: id });
}

function refuseUnpayable(checkout: Checkout, now: Date): void {
  if (checkout.busy) throw refused('PAYMENT_IN_PROGRESS', { checkoutId: checkout.id });
  const isLate = checkout.expiresAt != null && checkout.expiresAt <= now;
  if (checkout.state !== 'PAYMENT_PENDING' || isLate) {
    throw refused('CHECKOUT_STATE_CONFLICT', { state: checkout.state, expiresAt: checkout.expiresAt });
  }
}

const viewOf = async ({ db }: ApiDeps, id: string): Promise<object> => (await readCheckout(db, id))?.view ?? { id };
