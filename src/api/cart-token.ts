import { refused } from '../domain/errors.ts';
import { isTokenFor } from '../infra/tokens.ts';
import type { Call } from './route.ts';

/**
 * Whether the caller holds the cart's secret. A wrong one is answered by the caller as if the thing did not exist.
 * @throws CART_TOKEN_REQUIRED when none was sent.
 */
export function holdsCart(
  secret: string,
  { headers }: Pick<Call<never, never, never>, 'headers'>,
  cartId: string,
): boolean {
  const token = headers['x-cart-token'];
  if (!token) throw refused('CART_TOKEN_REQUIRED');
  return isTokenFor(secret, cartId, token);
}
