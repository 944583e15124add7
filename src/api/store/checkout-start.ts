import { refused } from '../../domain/errors.ts';
import { Checkout } from '../../entities/checkout.ts';
import { advanceCheckout } from '../../jobs/checkout.ts';
import { accept } from '../accept.ts';
import { holdsCart } from '../cart-token.ts';
import type { ApiDeps } from '../deps.ts';
import type { Answer, Call } from '../route.ts';
import { type CheckoutView, readCheckout } from '../views/checkout.ts';
import { lockCart } from './cart.ts';
import type { StartCheckout } from './checkout.ts';

/**
 * Accepts the checkout of a cart. The cart's row lock makes two requests at once one checkout: the second finds the first's.
 * @throws CART_NOT_FOUND, CART_EMPTY, CART_ORDERED, SHIPPING_METHOD_UNKNOWN
 */
export function startCheckout(deps: ApiDeps, call: Call<unknown, unknown, StartCheckout>): Promise<Answer> {
  const { cartId, email, shippingAddress, billingAddress, shippingMethodId, paymentMethod, expectedTotal } = call.body;
  if (!holdsCart(deps.secret, call, cartId)) throw refused('CART_NOT_FOUND', { cartId });
  if (shippingMethodId !== undefined) throw refused('SHIPPING_METHOD_UNKNOWN', { shippingMethodId });
  return accept(deps, call, { name: 'checkout.start', scope: cartId }, async (tx) => {
    const cart = await lockCart(tx, cartId);
    if (cart.status !== 'open') return checkoutOf(deps, cartId);
    cart.beginCheckout(tx.now);
    const checkout = Checkout.begin(tx, {
      cart,
      lines: cart.items.map(({ variantId, quantity }) => ({ variantId, quantity })),
      email,
      shippingAddress,
      billingAddress: billingAddress ?? null,
      expectedTotal: expectedTotal ?? null,
      paymentMethod: paymentMethod ?? null,
      requestId: call.requestId,
    });
    const command = { contract: advanceCheckout, payload: { checkoutId: checkout.id, event: 'START' as const } };
    return { checkout, body: newView(checkout), command };
  });
}

/** The checkout that has the cart already; read beside the transaction, whose lock keeps it from ending meanwhile. */
async function checkoutOf({ db }: ApiDeps, cartId: string) {
  const [live] = await db.query<{ id: string }>(
    `select id from checkouts where cart_id = $1 and state not in ('EXPIRED', 'CANCELLED', 'FAILED')`,
    [cartId],
  );
  const reading = live && (await readCheckout(db, live.id));
  if (!reading) throw refused('CART_ORDERED', { cartId });
  return { checkout: reading.view, body: reading.view };
}

function newView({ id, cartId, currency, createdAt }: Checkout): CheckoutView {
  const history = [{ from: null, to: 'CREATED' as const, event: 'CREATED', at: createdAt.toISOString() }];
  return { id, state: 'CREATED', cartId, currency, history, version: 1 };
}
