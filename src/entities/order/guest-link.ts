import type { Tx } from '../../infra/database/unit-of-work.ts';
import type { Vault } from '../account/privacy/vault.ts';

/** Keeps these signatures apart from all others under the same keys. */
const PURPOSE = 'order link';
const TOKEN = /^v1\.([1-9]\d{9})\.([\w-]{1,32}\.[\w-]{43})$/;

type Ring = Pick<Vault, 'ring'>;

/** What a link leads to. */
interface Target {
  orderId: string;
  /** How often the links to this order were revoked. */
  linksRevoked: number;
}

const signed = ({ orderId, linksRevoked }: Target, seconds: string): string => `${orderId} ${linksRevoked} ${seconds}`;

/**
 * The token of the link to a guest's order, which opens the order until `expiresAt`, without an account. Nothing is
 * stored. It ends earlier when the links are revoked, or the key of `DATA_KEYS` that signed it leaves the ring.
 */
export function orderToken({ ring }: Ring, target: Target, expiresAt: Date): string {
  const seconds = String(Math.floor(expiresAt.getTime() / 1_000));
  return `v1.${seconds}.${ring.sign(signed(target, seconds), PURPOSE)}`;
}

/** Whether a token was made for this order, and has neither expired nor been revoked. */
export function isOrderToken({ ring }: Ring, target: Target, { token, now }: { token: string; now: Date }): boolean {
  const [, seconds = '', signature = ''] = TOKEN.exec(token) ?? [];
  return Number(seconds) * 1_000 > now.getTime() && ring.isSigned(signed(target, seconds), PURPOSE, signature);
}

/** Ends all links to an order that were sent so far. @returns whether there is such an order */
export async function revokeOrderLinks(tx: Tx, orderId: string): Promise<boolean> {
  const revoked = await tx.query(`update orders set links_revoked = links_revoked + 1 where id = $1 returning 1`, [
    orderId,
  ]);
  return revoked.length > 0;
}
