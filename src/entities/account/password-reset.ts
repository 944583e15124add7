import type { Tx } from '../../infra/database/unit-of-work.ts';
import { newId } from '../../infra/ids.ts';
import { Account, type AccountKind } from './account.ts';
import { issueToken, mayRequestEmail } from './account-token.ts';

/**
 * Stores a request for a password reset email. A worker looks up the account later, so that the response time does not
 * reveal whether the account exists.
 * @returns the id of the request.
 */
export function requestReset(tx: Tx, { kind, emailIndex }: { kind: AccountKind; emailIndex: string }): string {
  const id = newId();
  tx.append('password_reset_requests', { id, kind, email_index: emailIndex, created_at: tx.now });
  return id;
}

/** Deletes a request. @returns its account, locked; undefined if no active account matches. */
export async function takeResetRequest(tx: Tx, requestId: string): Promise<Account | undefined> {
  const [request] = await tx.query<{ kind: AccountKind; emailIndex: string }>(
    `delete from password_reset_requests where id = $1 returning kind, email_index as "emailIndex"`,
    [requestId],
  );
  if (!request) return undefined;
  return (await tx.lock(Account, { ...request, status: 'active' })) ?? undefined;
}

/**
 * Issues the token of a reset email for a locked account.
 * @returns undefined if the account has reached the hourly limit; earlier links stay valid.
 */
export async function issueResetToken(tx: Tx, { id: accountId }: Account): Promise<string | undefined> {
  const purpose = 'reset-password';
  return (await mayRequestEmail(tx, { accountId, purpose })) ? issueToken(tx, { accountId, purpose }) : undefined;
}
