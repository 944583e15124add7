import { newId } from '../../infra/ids.ts';
import { isTokenFor, tokenFor } from '../../infra/tokens.ts';
import type { Tx } from '../../infra/unit-of-work.ts';

export type TokenPurpose = 'verify-email' | 'reset-password' | 'invitation';

/** How long each kind of token works, in hours. */
const HOURS: Record<TokenPurpose, number> = { 'verify-email': 72, 'reset-password': 1, invitation: 72 };

/**
 * Makes a token for an account and voids the earlier ones for the same purpose. Only its id is stored and may travel:
 * the secret part is derived from it by whoever writes the mail.
 */
export async function issueToken(
  tx: Tx,
  { accountId, purpose }: { accountId: string; purpose: TokenPurpose },
): Promise<string> {
  await voidTokens(tx, accountId, [purpose]);
  const id = newId();
  const expiresAt = new Date(tx.now.getTime() + HOURS[purpose] * 3_600_000);
  tx.append('account_tokens', { id, account_id: accountId, purpose, created_at: tx.now, expires_at: expiresAt });
  return id;
}

/** What the person is sent. */
export const accountToken = (secret: string, { id, purpose }: { id: string; purpose: TokenPurpose }): string =>
  `${id}.${tokenFor(secret, `${purpose}:${id}`)}`;

/**
 * Uses a token up. Of two who use it at once, one does.
 * @returns the account it was made for, or undefined when it is wrong, over, used, or for something else.
 */
export async function redeemToken(
  tx: Tx,
  secret: string,
  { token, purposes }: { token: string; purposes: readonly TokenPurpose[] },
): Promise<string | undefined> {
  const [, id = '', mac = ''] = /^([0-9a-f-]{36})\.([\w-]{43})$/.exec(token) ?? [];
  const purpose = purposes.find((one) => isTokenFor(secret, `${one}:${id}`, mac));
  if (!purpose) return undefined;
  const [redeemed] = await tx.query<{ accountId: string }>(
    `update account_tokens set used_at = now()
      where id = $1 and purpose = $2 and used_at is null and expires_at > now() returning account_id as "accountId"`,
    [id, purpose],
  );
  return redeemed?.accountId;
}

/** Makes unused tokens of an account worthless. */
export async function voidTokens(tx: Tx, accountId: string, purposes: readonly TokenPurpose[]): Promise<void> {
  await tx.query(
    `update account_tokens set used_at = now() where account_id = $1 and purpose = any($2) and used_at is null`,
    [accountId, purposes],
  );
}
