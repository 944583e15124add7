import { z } from 'zod';
import { refused } from '../../../domain/errors.ts';
import { Checkout } from '../../../entities/checkout/checkout.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { advanceCheckout } from '../../../jobs/checkout.ts';
import { customerIdOf, isOwner } from '../../auth/ownership.ts';
import type { ApiDeps } from '../../deps.ts';
import { type AnyRoute, type Call, route } from '../../http/route.ts';
import { preferenceApplied, preferredWait, readAfterWait } from '../../http/wait.ts';
import { acceptCheckout } from './accept-checkout.ts';
import { methodSchema, startCheckout } from './checkout-start.ts';
import { type CheckoutKey, type CheckoutReading, checkoutAnswers, readCheckout } from './checkout-view.ts';

const params = z.object({ id: z.uuid() });

/** The routes of checkouts. They accept commands; the workers execute them. */
export const checkoutRoutes = (deps: ApiDeps): AnyRoute[] => [
  startCheckout(deps),
  readCheckoutRoute(deps),
  payCheckout(deps),
  cancelCheckout(deps),
];

const readCheckoutRoute = (deps: ApiDeps) =>
  route({
    method: 'get',
    path: '/api/v1/store/checkout/{id}',
    permission: 'orders:read',
    access: 'checkout',
    summary: 'Retrieve a checkout',
    tag: 'Checkout',
    params,
    answers: checkoutAnswers,
    errors: ['CHECKOUT_NOT_FOUND'],
    waits: true,
    async handle(call) {
      const key = { id: call.params.id, customerId: customerIdOf(call) };
      const { headers, signal } = call;
      const authorise = (found: CheckoutReading | undefined) => requireOwnCheckout(deps, call, ownerFieldsOf(found));
      const reading = await readWhenReady(deps, key, { headers, signal, authorise });
      const applied = preferenceApplied(preferredWait(headers));
      return {
        status: 200,
        body: reading?.view,
        headers: { ...applied, ...(reading?.busy && { 'Retry-After': '1' }) },
      };
    },
  });

/**
 * Reads a checkout; with `Prefer: wait`, waits until it is no longer busy.
 * @throws the errors of `authorise`, before any waiting.
 */
async function readWhenReady(
  deps: ApiDeps,
  key: CheckoutKey,
  call: Pick<Call<never, never, never>, 'headers' | 'signal'> & {
    authorise(reading: CheckoutReading | undefined): void;
  },
): Promise<CheckoutReading | undefined> {
  const seconds = preferredWait(call.headers);
  const readOwn = async () => {
    const reading = await readCheckout(deps.db.query, key);
    call.authorise(reading);
    return reading;
  };
  return seconds > 0 ? readAfterWait(deps, { id: key.id, seconds, signal: call.signal }, readOwn) : readOwn();
}

const payCheckout = (deps: ApiDeps) =>
  route({
    method: 'post',
    path: '/api/v1/store/checkout/{id}/payment',
    permission: 'orders:create',
    access: 'checkout',
    summary: 'Pay a checkout, also with another payment method after a decline',
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
    summary: 'Cancel a checkout and release its reserved stock',
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
        checkout.markBusy(tx.now);
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
  const customerId = customerIdOf(call);
  const own = customerId === null ? null : await tx.lock(Checkout, { id, customerId });
  const checkout = own ?? (await tx.lock(Checkout, { id, customerId: null }));
  requireOwnCheckout(deps, call, checkout);
  return checkout as Checkout;
}

/** Refuses a checkout of another customer as if it did not exist. @throws CHECKOUT_NOT_FOUND, CART_TOKEN_REQUIRED */
export function requireOwnCheckout(
  { secret }: ApiDeps,
  call: Pick<CheckoutCall, 'headers' | 'params' | 'principal'>,
  checkout: { cartId: string; customerId?: string | null | undefined } | null | undefined,
): void {
  const isOwn = isOwner(secret, call, checkout ?? { cartId: '' });
  if (!checkout || !isOwn) throw refused('CHECKOUT_NOT_FOUND', { checkoutId: call.params.id });
}

/** The cart and the customer that a checkout belongs to, for `requireOwnCheckout`. */
export const ownerFieldsOf = (reading: CheckoutReading | undefined) =>
  reading && { cartId: reading.view.cartId, customerId: reading.customerId };

function refuseUnpayable(checkout: Checkout, now: Date): void {
  if (checkout.busy) throw refused('PAYMENT_IN_PROGRESS', { checkoutId: checkout.id });
  const isExpired = checkout.expiresAt != null && checkout.expiresAt <= now;
  if (checkout.state !== 'PAYMENT_PENDING' || isExpired) {
    throw refused('CHECKOUT_STATE_CONFLICT', { state: checkout.state, expiresAt: checkout.expiresAt });
  }
}

const viewOf = async ({ query }: Tx, { id, customerId }: Checkout): Promise<object> =>
  (await readCheckout(query, { id, customerId }))?.view ?? { id };
