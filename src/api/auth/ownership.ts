import { refused } from '../../domain/errors.ts';
import { isTokenFor } from '../../infra/crypto/tokens.ts';
import type { Call } from '../http/route.ts';

/** A customer's id; null: a guest, identified by the cart's token. */
export type Owner = string | null;

type Caller = Pick<Call<never, never, never>, 'headers' | 'principal'>;

/** The id of the signed-in customer; null for any other caller. */
export const customerIdOf = ({ principal }: Pick<Caller, 'principal'>): Owner =>
  principal.kind === 'customer' ? principal.accountId : null;

/**
 * The owners whose carts the caller may access. Queries filter by them, so that a foreign cart looks like a missing one.
 * A token grants access to a cart only while the cart belongs to no customer.
 * @throws CART_TOKEN_REQUIRED for a caller who is not a customer and sends no token.
 */
export function ownersOf(secret: string, { headers, principal }: Caller, cartId: string): Owner[] {
  const customerId = customerIdOf({ principal });
  const own = customerId === null ? [] : [customerId];
  const token = headers['x-cart-token'];
  if (token !== undefined) return isTokenFor(secret, cartId, token) ? [...own, null] : own;
  if (customerId === null) throw refused('CART_TOKEN_REQUIRED');
  return own;
}

/** Whether the caller owns a cart, or a checkout or order made from it. @throws CART_TOKEN_REQUIRED */
export const isOwner = (
  secret: string,
  caller: Caller,
  { cartId, customerId }: { cartId: string; customerId?: Owner | undefined },
): boolean => ownersOf(secret, caller, cartId).includes(customerId ?? null);
