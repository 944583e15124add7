import type { Vault } from '../people/vault.ts';

/** Keeps these signatures apart from all others under the same keys. */
const PURPOSE = 'order link';
const TOKEN = /^v1\.([1-9]\d{9})\.([\w-]{1,32}\.[\w-]{43})$/;

/** Characters of the longest token. */
export const LONGEST_TOKEN = 100;

type Ring = Pick<Vault, 'ring'>;

const signed = (orderId: string, seconds: string): string => `${orderId} ${seconds}`;

/**
 * The token of the link to a guest's order: whoever shows it reads the order until `expiresAt`, without an account.
 * Nothing is stored. It ends earlier when the key of `DATA_KEYS` that signed it leaves the ring.
 */
export function orderToken({ ring }: Ring, { orderId, expiresAt }: { orderId: string; expiresAt: Date }): string {
  const seconds = String(Math.floor(expiresAt.getTime() / 1_000));
  return `v1.${seconds}.${ring.sign(signed(orderId, seconds), PURPOSE)}`;
}

/** Whether a token was made for this order and has not expired. */
export function isOrderToken({ ring }: Ring, { orderId, token, now }: { orderId: string; token: string; now: Date }) {
  const [, seconds = '', signature = ''] = TOKEN.exec(token) ?? [];
  return Number(seconds) * 1_000 > now.getTime() && ring.isSigned(signed(orderId, seconds), PURPOSE, signature);
}
