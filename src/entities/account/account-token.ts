import { isTokenFor, tokenFor } from '../../infra/crypto/tokens.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { newId } from '../../infra/ids.ts';

export type TokenPurpose = 'verify-email' | 'reset-password' | 'invitation';

/** Also the purposes of tokens that are kept elsewhere: `email-changed` in `email_changes`. */
export type SignedPurpose = TokenPurpose | 'email-changed';

/** How long each kind of token works, in hours. */
const HOURS: Record<TokenPurpose, number> = { 'verify-email': 72, 'reset-password': 1, invitation: 72 };

/** Mails of one purpose that an account can be sent within an hour on request. */
export const MAILS_PER_HOUR = 5;

/**
 * Makes a token for an account; earlier ones go on working until `voidTokens`. Only its id is stored and may travel:
 * the secret part is derived from it when the mail is written.
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
 * Whether an account may be sent another mail on request. Used tokens count, too. To be called with the account locked:
 * requests at the same time would each find room for one more.
 */
export async function hasMailLeft(
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

/** What the person is sent. */
export const accountToken = (secret: string, { id, purpose }: { id: string; purpose: SignedPurpose }): string =>
  `${id}.${tokenFor(secret, `${purpose}:${id}`)}`;

/** The id in a token, and which of the purposes it was signed for; undefined when it is forged or for something else. */
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
 * Uses a token up and locks its account. Of two who use it at once, one does.
 * @returns the account it was made for, or undefined when it is wrong, over, used, or for something else.
 */
export async function redeemToken(
  tx: Tx,
  secret: string,
  { token, purposes }: { token: string; purposes: readonly TokenPurpose[] },
): Promise<string | undefined> {
  const read = readToken(secret, token, purposes);
  if (!read) return undefined;
  const { id, purpose } = read;
  // The account before its tokens: two callers with different tokens of one account void each other's.
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

/** Makes unused tokens of an account worthless. */
export async function voidTokens(tx: Tx, accountId: string, purposes: readonly TokenPurpose[]): Promise<void> {
  await tx.query(
    `update account_tokens set used_at = now() where account_id = $1 and purpose = any($2) and used_at is null`,
    [accountId, purposes],
  );
}
