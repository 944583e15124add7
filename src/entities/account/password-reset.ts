import type { Tx } from '../../infra/database/unit-of-work.ts';
import { newId } from '../../infra/ids.ts';
import { Account, type AccountKind } from './account.ts';
import { hasMailLeft, issueToken } from './account-token.ts';

/**
 * Stores that somebody asked for a reset mail. It looks for no account, so that the answer takes the same time for
 * customers, for staff and for nobody; a worker looks later.
 * @returns the id of the request.
 */
export function requestReset(tx: Tx, { kind, emailIndex }: { kind: AccountKind; emailIndex: string }): string {
  const id = newId();
  tx.append('password_reset_requests', { id, kind, email_index: emailIndex, created_at: tx.now });
  return id;
}

/** Removes a request. @returns its account, locked; undefined when there is none that may sign in. */
export async function takeResetRequest(tx: Tx, requestId: string): Promise<Account | undefined> {
  const [request] = await tx.query<{ kind: AccountKind; emailIndex: string }>(
    `delete from password_reset_requests where id = $1 returning kind, email_index as "emailIndex"`,
    [requestId],
  );
  if (!request) return undefined;
  return (await tx.lock(Account, { ...request, status: 'active' })) ?? undefined;
}

/**
 * Makes the token of a reset mail for a locked account.
 * @returns undefined when the account has got as many within the hour as it may; the links of these work.
 */
export async function issueResetToken(tx: Tx, { id: accountId }: Account): Promise<string | undefined> {
  const purpose = 'reset-password';
  return (await hasMailLeft(tx, { accountId, purpose })) ? issueToken(tx, { accountId, purpose }) : undefined;
}
