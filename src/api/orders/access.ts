import { z } from 'zod';
import { refused } from '../../domain/errors.ts';
import { isOrderToken } from '../../entities/order/guest-link.ts';
import { isTokenFor } from '../../infra/crypto/tokens.ts';
import { customerIdOf, type Owner } from '../auth/ownership.ts';
import { requireSession } from '../auth/principal.ts';
import type { ApiDeps } from '../deps.ts';
import type { Call, Fields } from '../http/route.ts';

interface LinkQuery {
  token?: string | undefined;
}

export type OrderCall = Call<{ id: string }, LinkQuery, unknown>;

/** The access rules of the order routes below a path. */
export interface OrderAccess {
  path: string;
  access: 'staff' | 'customer' | 'order';
  query: Fields<LinkQuery>;
  /**
   * The customer who must own the order. Null: any owner, because the caller is staff or has proved access.
   * @throws ORDER_TOKEN_REQUIRED, ORDER_NOT_FOUND when the caller has no access
   */
  ownerOf(call: OrderCall): Promise<Owner>;
}

const noToken = z.object({});
const linkToken = z.strictObject({
  token: z.string().min(1).max(200).optional().meta({
    description: 'Token from the link in an order e-mail. Alternative: the cart token in the header `X-Cart-Token`.',
  }),
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
  ownerOf: async ({ principal }) => requireSession(principal).accountId,
};

/** Access to a single order with a token, without an account. */
export const guestOrders = (deps: ApiDeps): OrderAccess => ({
  path: '/api/v1/store/orders',
  access: 'order',
  query: linkToken,
  ownerOf: (call) => verifyOrderAccess(deps, call),
});

interface OrderOwnership {
  customerId: string | null;
  cartId: string;
  linksRevoked: number;
  /** Whether the buyer is a guest whose data is not erased. After an erasure neither token works. */
  isKnownGuest: boolean;
}

/**
 * Checks access to an order. A guest needs the token from an order e-mail or the token of the cart, even after an
 * account has claimed the order. A customer needs no token for an own order.
 */
async function verifyOrderAccess({ db, vault, secret }: ApiDeps, call: OrderCall): Promise<null> {
  const customerId = customerIdOf(call);
  const { token } = call.query;
  const cartToken = call.headers['x-cart-token'];
  if (customerId === null && token === undefined && cartToken === undefined) throw refused('ORDER_TOKEN_REQUIRED');
  const orderId = call.params.id.toLowerCase();
  const [order] = await db.query<OrderOwnership>(
    `select o.customer_id as "customerId", k.cart_id as "cartId", o.links_revoked as "linksRevoked",
        k.customer_id is null and k.email is not null as "isKnownGuest"
      from orders o join checkouts k on k.id = o.checkout_id where o.id = $1`,
    [orderId],
  );
  const hasValidLink = ({ linksRevoked }: OrderOwnership) =>
    token !== undefined && isOrderToken(vault, { orderId, linksRevoked }, { token, now: new Date() });
  const hasAccess = (ownership: OrderOwnership) =>
    (customerId !== null && ownership.customerId === customerId) ||
    (ownership.isKnownGuest &&
      (hasValidLink(ownership) || (cartToken !== undefined && isTokenFor(secret, ownership.cartId, cartToken))));
  if (!order || !hasAccess(order)) throw refused('ORDER_NOT_FOUND', { orderId });
  return null;
}
