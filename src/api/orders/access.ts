import { z } from 'zod';
import { refused } from '../../domain/errors.ts';
import { isOrderToken } from '../../entities/order/guest-link.ts';
import { isTokenFor } from '../../infra/crypto/tokens.ts';
import { customerIn, type Owner } from '../auth/ownership.ts';
import { ownSession } from '../auth/principal.ts';
import type { ApiDeps } from '../deps.ts';
import type { Call, Fields } from '../http/route.ts';

interface LinkQuery {
  token?: string | undefined;
}

export type OrderCall = Call<{ id: string }, LinkQuery, unknown>;

/** How callers reach the orders below a path. */
export interface OrderAccess {
  path: string;
  access: 'staff' | 'customer' | 'order';
  query: Fields<LinkQuery>;
  /**
   * The customer whose order it must be. Null: it may be anybody's, as the caller is staff, or has proved that it is theirs.
   * @throws ORDER_TOKEN_REQUIRED, ORDER_NOT_FOUND when the caller proves nothing
   */
  ownerOf(call: OrderCall): Promise<Owner>;
}

const noToken = z.object({});
const linkToken = z.strictObject({
  token: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .meta({ description: 'From the link in a mail about the order. Or send the token of the cart as `X-Cart-Token`.' }),
});

export const STAFF_ORDERS: OrderAccess = {
  path: '/api/v1/admin/orders',
  access: 'staff',
  query: noToken,
  ownerOf: async () => null,
};

export const OWN_ORDERS: OrderAccess = {
  path: '/api/v1/store/account/orders',
  access: 'customer',
  query: noToken,
  ownerOf: async ({ principal }) => ownSession(principal).accountId,
};

/** Orders without an account: one at a time, with a token. */
export const guestOrders = (deps: ApiDeps): OrderAccess => ({
  path: '/api/v1/store/orders',
  access: 'order',
  query: linkToken,
  ownerOf: (call) => proveOrder(deps, call),
});

interface Proof {
  customerId: string | null;
  cartId: string;
  linksRevoked: number;
  /** Bought by a guest whom the shop still knows: after an erasure neither token works. */
  isKnownGuest: boolean;
}

/**
 * A guest proves an order with the token of the link in a mail, or with that of the cart it came from; also after the
 * order has joined an account. A customer needs no token for an own order.
 */
async function proveOrder({ db, vault, secret }: ApiDeps, call: OrderCall): Promise<null> {
  const customerId = customerIn(call);
  const { token } = call.query;
  const cartToken = call.headers['x-cart-token'];
  if (customerId === null && token === undefined && cartToken === undefined) throw refused('ORDER_TOKEN_REQUIRED');
  const orderId = call.params.id.toLowerCase();
  const [order] = await db.query<Proof>(
    `select o.customer_id as "customerId", k.cart_id as "cartId", o.links_revoked as "linksRevoked",
        k.customer_id is null and k.email is not null as "isKnownGuest"
      from orders o join checkouts k on k.id = o.checkout_id where o.id = $1`,
    [orderId],
  );
  const isLinked = ({ linksRevoked }: Proof) =>
    token !== undefined && isOrderToken(vault, { orderId, linksRevoked }, { token, now: new Date() });
  const isProved = (proof: Proof) =>
    (customerId !== null && proof.customerId === customerId) ||
    (proof.isKnownGuest &&
      (isLinked(proof) || (cartToken !== undefined && isTokenFor(secret, proof.cartId, cartToken))));
  if (!order || !isProved(order)) throw refused('ORDER_NOT_FOUND', { orderId });
  return null;
}
