import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * Returns the secret token of an id. The client gets it when the id is created. It is derived, so there is nothing to
 * store and nothing to steal from the database.
 */
export const tokenFor = (secret: string, id: string): string =>
  createHmac('sha256', secret).update(id).digest('base64url');

/** Whether the token is the one of this id; compares in constant time. */
export function isTokenFor(secret: string, id: string, token: string): boolean {
  const [expected, given] = [Buffer.from(tokenFor(secret, id)), Buffer.from(token)];
  return expected.length === given.length && timingSafeEqual(expected, given);
}
