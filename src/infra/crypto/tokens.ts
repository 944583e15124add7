import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * The secret that goes with an id: whoever shows it was given it when the id was made. It is derived, so there is
 * nothing to store and nothing to steal from the database.
 */
export const tokenFor = (secret: string, id: string): string =>
  createHmac('sha256', secret).update(id).digest('base64url');

/** Compares in constant time. */
export function isTokenFor(secret: string, id: string, token: string): boolean {
  const [expected, given] = [Buffer.from(tokenFor(secret, id)), Buffer.from(token)];
  return expected.length === given.length && timingSafeEqual(expected, given);
}
