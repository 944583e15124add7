import { refused } from '../../domain/errors.ts';
import { isTokenFor } from '../../infra/crypto/tokens.ts';
import type { Call } from '../http/route.ts';

/** A customer's id; null for what belongs to whoever holds the cart's token. */
export type Owner = string | null;

type Caller = Pick<Call<never, never, never>, 'headers' | 'principal'>;

/** The customer that the caller is signed in as. */
export const customerIn = ({ principal }: Pick<Caller, 'principal'>): Owner =>
  principal.kind === 'customer' ? principal.accountId : null;

/**
 * As whom the caller reaches a cart: the queries ask for the cart of one of these, so that somebody else's is answered
 * like one that does not exist. A token opens a cart only for as long as it belongs to no customer.
 * @throws CART_TOKEN_REQUIRED for a caller who is not a customer and shows no token.
 */
export function ownersOf(secret: string, { headers, principal }: Caller, cartId: string): Owner[] {
  const customerId = customerIn({ principal });
  const me = customerId === null ? [] : [customerId];
  const token = headers['x-cart-token'];
  if (token !== undefined) return isTokenFor(secret, cartId, token) ? [...me, null] : me;
  if (customerId === null) throw refused('CART_TOKEN_REQUIRED');
  return me;
}

/** Whether the caller is one of those to whom something belongs that came from a cart. @throws CART_TOKEN_REQUIRED */
export const isOwner = (
  secret: string,
  caller: Caller,
  { cartId, customerId }: { cartId: string; customerId?: Owner | undefined },
): boolean => ownersOf(secret, caller, cartId).includes(customerId ?? null);
