import type { Tx } from '../../infra/database/unit-of-work.ts';
import type { Vault } from '../account/privacy/vault.ts';

/** Separates these signatures from others under the same keys. */
const PURPOSE = 'order link';
const TOKEN = /^v1\.([1-9]\d{9})\.([\w-]{1,32}\.[\w-]{43})$/;

type Ring = Pick<Vault, 'ring'>;

/** The order that a link opens. */
interface Target {
  orderId: string;
  /** How often the links to this order were revoked. */
  linksRevoked: number;
}

const signed = ({ orderId, linksRevoked }: Target, seconds: string): string => `${orderId} ${linksRevoked} ${seconds}`;

/**
 * Signs the token of a guest's link, which opens the order without an account until `expiresAt`. The token is not stored.
 * It becomes invalid when the links are revoked, or when the key that signed it leaves `DATA_KEYS`.
 */
export function orderToken({ ring }: Ring, target: Target, expiresAt: Date): string {
  const seconds = String(Math.floor(expiresAt.getTime() / 1_000));
  return `v1.${seconds}.${ring.sign(signed(target, seconds), PURPOSE)}`;
}

/** Whether a token belongs to this order, and is neither expired nor revoked. */
export function isOrderToken({ ring }: Ring, target: Target, { token, now }: { token: string; now: Date }): boolean {
  const [, seconds = '', signature = ''] = TOKEN.exec(token) ?? [];
  return Number(seconds) * 1_000 > now.getTime() && ring.isSigned(signed(target, seconds), PURPOSE, signature);
}

/** Revokes all links to an order that were sent so far. @returns false if the order does not exist */
export async function revokeOrderLinks(tx: Tx, orderId: string): Promise<boolean> {
  const revoked = await tx.query(`update orders set links_revoked = links_revoked + 1 where id = $1 returning 1`, [
    orderId,
  ]);
  return revoked.length > 0;
}
