import { z } from 'zod';
import { type ErrorCode, refused } from '../../../domain/errors.ts';
import { lockActiveAccount } from '../../../entities/account/privacy/erasure.ts';
import type { Cart } from '../../../entities/cart/cart.ts';
import { lockCart } from '../../../entities/cart/load-cart.ts';
import { findExceededUnits } from '../../../entities/cart/order-limits.ts';
import { Checkout } from '../../../entities/checkout/checkout.ts';
import { TERMINAL_STATES_SQL } from '../../../entities/checkout/terminal-states.ts';
import { redeemerOf } from '../../../entities/pricing/goods-for-pricing.ts';
import { linesOf, type RequestedLine } from '../../../entities/pricing/pricing-request.ts';
import { requireMethod } from '../../../entities/pricing/shipping-methods.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { observe } from '../../../infra/observability/log.ts';
import { advanceCheckout } from '../../../jobs/checkout.ts';
import { customerIdOf, ownersOf } from '../../auth/ownership.ts';
import type { ApiDeps } from '../../deps.ts';
import { emailSchema } from '../../fields/person-fields.ts';
import { RequestFault } from '../../http/errors/failure.ts';
import { type Call, route } from '../../http/route.ts';
import { acceptCheckout } from './accept-checkout.ts';
import { addressSchema } from './address.ts';
import { backlogCheck } from './checkout-backlog.ts';
import { type CheckoutView, checkoutAnswers, readCheckout } from './checkout-view.ts';
import { holderOf, readHold, refuseOverHold } from './hold-limits.ts';
import { refuseSoldOut } from './sold-out.ts';

export const methodSchema = z
  .string()
  .regex(/^pm_\w{1,100}$/, 'must be a payment method of the provider, e.g. "pm_card_visa"');

const startSchema = z.strictObject({
  cartId: z.uuid(),
  email: emailSchema,
  shippingAddress: addressSchema,
  billingAddress: addressSchema.optional(),
  shippingMethodId: z
    .string()
    .max(100)
    .optional()
    .meta({ description: 'Default: the shipping method of the cart, else the default method of the shop.' }),
  paymentMethod: methodSchema.optional(),
  expectedTotal: z.int().min(0).optional().meta({
    description:
      'Paise. The checkout fails with `PRICE_CHANGED` when its total differs. Default: the checkout fails when its total exceeds the total in the last response for the cart; a total that changed only because of another state or shipping method is accepted.',
  }),
});
type CheckoutInput = z.infer<typeof startSchema>;

const REFUSALS: ErrorCode[] = [
  'CART_NOT_FOUND',
  'CART_EMPTY',
  'CART_ORDERED',
  'CART_MERGED',
  'SHIPPING_METHOD_UNKNOWN',
  'INSUFFICIENT_INVENTORY',
  'ORDER_UNITS_EXCEEDED',
  'OPEN_CHECKOUTS_EXCEEDED',
  'HELD_UNITS_EXCEEDED',
  'SHOP_BUSY',
];

/** Accepts a checkout of a cart. The cart's row lock makes concurrent requests return the same checkout. */
export function startCheckout(deps: ApiDeps) {
  const refuseWhenBehind = backlogCheck(deps.db);
  return route({
    method: 'post',
    path: '/api/v1/store/checkout',
    permission: 'orders:create',
    access: 'cart',
    summary: 'Create a checkout of a cart, or return its current checkout',
    tag: 'Checkout',
    body: startSchema,
    answers: checkoutAnswers,
    errors: REFUSALS,
    idempotent: true,
    waits: true,
    handle(call) {
      const { cartId } = call.body;
      const owners = ownersOf(deps.secret, call, cartId);
      const work = async (tx: Tx) => {
        const holder = holderOf(deps, call);
        // The statements go out together, and take their locks in this order (`LOCK_ORDER`).
        const [, cart, hold] = await Promise.all([
          lockBuyer(tx, call),
          lockCart(tx, { id: cartId, owners }),
          readHold(tx, holder),
        ]);
        if (cart.hasCheckout) return currentCheckoutOf(tx, cart);
        cart.requireOpen();
        refuseWhenBehind();
        refuseSoldOut(deps, cart);
        const lines = linesOf(cart.lineRequests);
        refuseOverUnits(deps, lines);
        cart.beginCheckout(tx.now);
        await requireKnownMethod(tx, call.body);
        await refuseOverHold(deps, tx, { hold, lines });
        const guest = deps.vault.indexOfGuest(call.body.email, call.body.shippingAddress);
        const redeemer = redeemerOf(cart.customerId ?? customerIdOf(call), guest);
        const checkout = createCheckout(deps, tx, { cart, redeemer, holder, ...call.body, requestId: call.requestId });
        tx.afterCommit(() => observe('checkout.started', { checkoutId: checkout.id }, 'debug'));
        const command = { contract: advanceCheckout, payload: { checkoutId: checkout.id, event: 'START' as const } };
        return { checkout, body: newView(checkout), command };
      };
      return acceptCheckout(deps, call, { name: 'checkout.start', scope: cartId, groupKey: cartId, work });
    },
  });
}

/** Keeps the customer from being erased until the checkout is stored. @throws RequestFault CREDENTIALS_INVALID */
async function lockBuyer(tx: Tx, call: Pick<Call<unknown, unknown, unknown>, 'principal'>): Promise<void> {
  const customerId = customerIdOf(call);
  if (customerId !== null && !(await lockActiveAccount(tx, customerId))) throw new RequestFault('CREDENTIALS_INVALID');
}

/** Checks the unit limit again: staff may have lowered it since the cart was filled. @throws ORDER_UNITS_EXCEEDED */
function refuseOverUnits({ orderLimits }: ApiDeps, lines: readonly RequestedLine[]): void {
  const exceeded = findExceededUnits(lines, orderLimits);
  if (exceeded) throw refused(exceeded.code, exceeded.details);
}

/** @throws SHIPPING_METHOD_UNKNOWN */
async function requireKnownMethod({ query }: Tx, { shippingMethodId }: CheckoutInput): Promise<void> {
  if (shippingMethodId === undefined) return;
  if (!z.uuid().safeParse(shippingMethodId).success) throw refused('SHIPPING_METHOD_UNKNOWN', { shippingMethodId });
  await requireMethod(query, shippingMethodId);
}

type CheckoutToCreate = CheckoutInput & {
  cart: Cart;
  redeemer: string | null;
  holder: string | null;
  requestId: string;
};

const createCheckout = ({ vault }: ApiDeps, tx: Tx, { cart, redeemer, holder, ...body }: CheckoutToCreate): Checkout =>
  Checkout.accept(tx, vault, {
    cart,
    lines: linesOf(cart.lineRequests),
    redeemer,
    shippingMethodId: body.shippingMethodId ?? cart.shippingMethodId ?? null,
    email: body.email,
    shippingAddress: body.shippingAddress,
    billingAddress: body.billingAddress ?? null,
    expectedTotal: body.expectedTotal ?? null,
    paymentMethod: body.paymentMethod ?? null,
    holder,
    requestId: body.requestId,
  });

/** Reads a cart's current or completed checkout. The row lock of the cart prevents a new one. @throws CART_ORDERED */
async function currentCheckoutOf({ query }: Tx, { id: cartId, customerId }: Cart) {
  const [current] = await query<{ id: string }>(
    `select id from checkouts where cart_id = $1 and state not in (${TERMINAL_STATES_SQL})`,
    [cartId],
  );
  const reading = current && (await readCheckout(query, { id: current.id, customerId }));
  if (!reading) throw refused('CART_ORDERED', { cartId });
  return { checkout: reading.view, body: reading.view };
}

function newView({ id, cartId, currency, createdAt }: Checkout): CheckoutView {
  const history = [{ from: null, to: 'CREATED' as const, event: 'CREATED', at: createdAt.toISOString() }];
  return { id, state: 'CREATED', cartId, currency, history, version: 1 };
}
