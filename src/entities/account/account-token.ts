import { isTokenFor, tokenFor } from '../../infra/crypto/tokens.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { newId } from '../../infra/ids.ts';

export type TokenPurpose = 'verify-email' | 'reset-password' | 'invitation';

/** Also the purposes of tokens in other tables: `email-changed` in `email_changes`. */
export type SignedPurpose = TokenPurpose | 'email-changed';

/** Lifetime of each kind of token in hours. */
const HOURS: Record<TokenPurpose, number> = { 'verify-email': 72, 'reset-password': 1, invitation: 72 };

/** Most emails of one purpose that an account can request within an hour. */
export const MAILS_PER_HOUR = 5;

/**
 * Issues a token for an account. Earlier tokens stay valid until `voidTokens`. Only the id is stored and may be passed
 * on; the secret part is derived from it when the email is rendered. @returns the id
 */
export async function issueToken(
  tx: Tx,
  { accountId, purpose }: { accountId: string; purpose: TokenPurpose },
): Promise<string> {
  const id = newId();
  const expiresAt = new Date(tx.now.getTime() + HOURS[purpose] * 3_600_000);
  tx.append('account_tokens', { id, account_id: accountId, purpose, created_at: tx.now, expires_at: expiresAt });
  return id;
}

/**
 * Whether an account may request another email. Used tokens count, too. Call with the account locked: otherwise
 * concurrent requests would exceed the limit.
 */
export async function mayRequestEmail(
  tx: Tx,
  { accountId, purpose }: { accountId: string; purpose: TokenPurpose },
): Promise<boolean> {
  const [row] = await tx.query<{ count: number }>(
    `select count(*)::int as count from account_tokens
      where account_id = $1 and purpose = $2 and created_at > now() - interval '1 hour'`,
    [accountId, purpose],
  );
  return (row?.count ?? 0) < MAILS_PER_HOUR;
}

/** The token as it appears in the email. */
export const accountToken = (secret: string, { id, purpose }: { id: string; purpose: SignedPurpose }): string =>
  `${id}.${tokenFor(secret, `${purpose}:${id}`)}`;

/** Verifies a token. @returns its id and purpose; undefined if it is forged or has another purpose */
export function readToken<P extends SignedPurpose>(
  secret: string,
  token: string,
  purposes: readonly P[],
): { id: string; purpose: P } | undefined {
  const [, id = '', mac = ''] = /^([0-9a-f-]{36})\.([\w-]{43})$/.exec(token) ?? [];
  const purpose = purposes.find((one) => isTokenFor(secret, `${one}:${id}`, mac));
  return purpose && { id, purpose };
}

/**
 * Redeems a token once and locks its account.
 * @returns the id of the account; undefined if the token is forged, expired, used, or has another purpose.
 */
export async function redeemToken(
  tx: Tx,
  secret: string,
  { token, purposes }: { token: string; purposes: readonly TokenPurpose[] },
): Promise<string | undefined> {
  const read = readToken(secret, token, purposes);
  if (!read) return undefined;
  const { id, purpose } = read;
  // Lock the account before its tokens: two callers with different tokens of one account void each other's tokens.
  await tx.query(
    `select 1 from accounts where id = (select account_id from account_tokens where id = $1 and purpose = $2) for update`,
    [id, purpose],
  );
  const [redeemed] = await tx.query<{ accountId: string }>(
    `update account_tokens set used_at = now()
      where id = $1 and purpose = $2 and used_at is null and expires_at > now() returning account_id as "accountId"`,
    [id, purpose],
  );
  return redeemed?.accountId;
}

/** Invalidates the unused tokens of an account. */
export async function voidTokens(tx: Tx, accountId: string, purposes: readonly TokenPurpose[]): Promise<void> {
  await tx.query(
    `update account_tokens set used_at = now() where account_id = $1 and purpose = any($2) and used_at is null`,
    [accountId, purposes],
  );
}
