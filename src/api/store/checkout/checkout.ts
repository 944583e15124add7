import { z } from 'zod';
import { refused } from '../../../domain/errors.ts';
import { Checkout } from '../../../entities/checkout/checkout.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { advanceCheckout } from '../../../jobs/checkout.ts';
import { customerIn, isOwner } from '../../auth/ownership.ts';
import type { ApiDeps } from '../../deps.ts';
import { type AnyRoute, type Call, route } from '../../http/route.ts';
import { readWhenReady } from '../../http/wait.ts';
import { acceptCheckout } from './accept-checkout.ts';
import { methodSchema, startCheckout } from './checkout-start.ts';
import { type CheckoutReading, checkoutAnswers, readCheckout } from './checkout-view.ts';

const params = z.object({ id: z.uuid() });

/** Checkouts are commands: accepted here, carried out by the workers. */
export const checkoutRoutes = (deps: ApiDeps): AnyRoute[] => [
  startCheckout(deps),
  lookAtCheckout(deps),
  payCheckout(deps),
  cancelCheckout(deps),
];

const lookAtCheckout = (deps: ApiDeps) =>
  route({
    method: 'get',
    path: '/api/v1/store/checkout/{id}',
    permission: 'orders:read',
    access: 'checkout',
    summary: 'The checkout as it stands',
    tag: 'Checkout',
    params,
    answers: checkoutAnswers,
    errors: ['CHECKOUT_NOT_FOUND'],
    waits: true,
    async handle(call) {
      const key = { id: call.params.id, customerId: customerIn(call) };
      const { headers, signal } = call;
      const admit = (found: CheckoutReading | undefined) => refuseStranger(deps, call, resourceOf(found));
      const reading = await readWhenReady(deps, key, { headers, signal, admit });
      return { status: 200, body: reading?.view, ...(reading?.busy && { headers: { 'Retry-After': '1' } }) };
    },
  });

const payCheckout = (deps: ApiDeps) =>
  route({
    method: 'post',
    path: '/api/v1/store/checkout/{id}/payment',
    permission: 'orders:create',
    access: 'checkout',
    summary: 'Pay with a method: the first, or another after a decline',
    tag: 'Checkout',
    params,
    body: z.strictObject({ paymentMethod: methodSchema }),
    answers: checkoutAnswers,
    errors: ['CHECKOUT_NOT_FOUND', 'CHECKOUT_STATE_CONFLICT', 'PAYMENT_IN_PROGRESS'],
    idempotent: true,
    waits: true,
    handle(call) {
      const work = async (tx: Tx) => {
        const checkout = await lockOwn(deps, tx, call);
        refuseUnpayable(checkout, tx.now);
        const [last] = await tx.query<{ attempt: number }>(
          `select coalesce(max(attempt), 0) as attempt from payment_attempts where checkout_id = $1`,
          [checkout.id],
        );
        checkout.addAttempt(tx, (last?.attempt ?? 0) + 1, call.body.paymentMethod);
        return { checkout, body: await viewOf(tx, checkout), command: advanceBy(checkout, 'PAY') };
      };
      return acceptCheckout(deps, call, { name: 'checkout.pay', scope: call.params.id, work });
    },
  });

const cancelCheckout = (deps: ApiDeps) =>
  route({
    method: 'post',
    path: '/api/v1/store/checkout/{id}/cancel',
    permission: 'orders:create',
    access: 'checkout',
    summary: 'Cancel the checkout; its goods go back on sale',
    tag: 'Checkout',
    params,
    body: z.strictObject({}).default({}),
    answers: checkoutAnswers,
    errors: ['CHECKOUT_NOT_FOUND', 'CHECKOUT_STATE_CONFLICT'],
    idempotent: true,
    waits: true,
    handle(call) {
      const work = async (tx: Tx) => {
        const checkout = await lockOwn(deps, tx, call);
        const body = await viewOf(tx, checkout);
        if (checkout.state === 'CANCELLED') return { checkout, body };
        if (checkout.isOver) throw refused('CHECKOUT_STATE_CONFLICT', { state: checkout.state });
        checkout.expectChange(tx.now);
        return { checkout, body, command: advanceBy(checkout, 'CANCEL') };
      };
      return acceptCheckout(deps, call, { name: 'checkout.cancel', scope: call.params.id, work });
    },
  });

const advanceBy = ({ id }: Checkout, event: 'PAY' | 'CANCEL') => ({
  contract: advanceCheckout,
  payload: { checkoutId: id, event },
});

type CheckoutCall = Call<{ id: string }, unknown, unknown>;

async function lockOwn(deps: ApiDeps, tx: Tx, call: CheckoutCall): Promise<Checkout> {
  const { id } = call.params;
  const customerId = customerIn(call);
  const mine = customerId === null ? null : await tx.lock(Checkout, { id, customerId });
  const checkout = mine ?? (await tx.lock(Checkout, { id, customerId: null }));
  refuseStranger(deps, call, checkout);
  return checkout as Checkout;
}

/** Somebody else's checkout is answered like one that does not exist. @throws CHECKOUT_NOT_FOUND, CART_TOKEN_REQUIRED */
export function refuseStranger(
  { secret }: ApiDeps,
  call: Pick<CheckoutCall, 'headers' | 'params' | 'principal'>,
  checkout: { cartId: string; customerId?: string | null | undefined } | null | undefined,
): void {
  const isTheirs = isOwner(secret, call, checkout ?? { cartId: '' });
  if (!checkout || !isTheirs) throw refused('CHECKOUT_NOT_FOUND', { checkoutId: call.params.id });
}

/** What tells to whom a checkout that was read belongs. */
export const resourceOf = (reading: CheckoutReading | undefined) =>
  reading && { cartId: reading.view.cartId, customerId: reading.customerId };

function refuseUnpayable(checkout: Checkout, now: Date): void {
  if (checkout.busy) throw refused('PAYMENT_IN_PROGRESS', { checkoutId: checkout.id });
  const isLate = checkout.expiresAt != null && checkout.expiresAt <= now;
  if (checkout.state !== 'PAYMENT_PENDING' || isLate) {
    throw refused('CHECKOUT_STATE_CONFLICT', { state: checkout.state, expiresAt: checkout.expiresAt });
  }
}

const viewOf = async ({ query }: Tx, { id, customerId }: Checkout): Promise<object> =>
  (await readCheckout(query, { id, customerId }))?.view ?? { id };
