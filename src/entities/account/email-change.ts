import { refused } from '../../domain/errors.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { newId } from '../../infra/ids.ts';
import { revokeSessions } from '../access/session.ts';
import { Account, type AccountKind, type FormerEmail } from './account.ts';
import { readToken, voidTokens } from './account-token.ts';
import { openColumn, sealColumn, type Vault } from './privacy/vault.ts';

/** For this many days the link in the email to the former address undoes a change of address. */
export const UNDO_DAYS = 7;
/** Most changes of the address of one account within an hour: each sends two emails. */
export const CHANGES_PER_HOUR = 5;
const DAY_MS = 86_400_000;

export interface EmailChange {
  account: Account;
  /** An unverified former address gets no email and does not delay resets: it may belong to a stranger. */
  former: FormerEmail;
  /** Whether to suspend password resets while the change can be undone: set if staff chose the new address. */
  holdsReset: boolean;
}

/** The encryption context of a former address. */
export const formerEmailPlace = (id: string): string => `email_changes.former_email:${id}`;

/**
 * Writes the new address of a locked account, and records the change so that it can be undone. @returns the id of the
 * change.
 * @throws EMAIL_TAKEN if another account can still restore the address. The write fails as a duplicate if another account
 *   has the address.
 */
export async function recordEmailChange(
  tx: Tx,
  vault: Vault,
  { account, former, holdsReset }: EmailChange,
): Promise<string> {
  await tx.write();
  await refuseReserved(tx, account);
  // A link sent to the former address must not set a password or verify the new address.
  await voidTokens(tx, account.id, ['reset-password', 'invitation', 'verify-email']);
  const id = newId();
  tx.append('email_changes', {
    id,
    account_id: account.id,
    former_email: sealColumn(vault, former.email, formerEmailPlace(id)),
    former_email_index: former.emailIndex,
    is_undoable: former.isVerified,
    holds_reset: holdsReset && former.isVerified,
    created_at: tx.now,
    expires_at: new Date(tx.now.getTime() + UNDO_DAYS * DAY_MS),
  });
  return id;
}

/** Whether a locked account is below the hourly limit of address changes. */
export async function mayChangeEmail(tx: Tx, accountId: string): Promise<boolean> {
  const [row] = await tx.query<{ count: number }>(
    `select count(*)::int as count from email_changes where account_id = $1 and created_at > now() - interval '1 hour'`,
    [accountId],
  );
  return (row?.count ?? 0) < CHANGES_PER_HOUR;
}

/**
 * Refuses an address that another account can still restore. Call after writing the new address: a concurrent change that
 * freed this address is then committed and visible.
 * @throws EMAIL_TAKEN
 */
export async function refuseReserved(tx: Tx, { id, kind, emailIndex }: Account): Promise<void> {
  const reserved = await tx.query(
    `select 1 from email_changes c join accounts a on a.id = c.account_id
      where c.former_email_index = $1 and a.kind = $2 and a.id <> $3
        and c.is_undoable and c.undone_at is null and c.expires_at > now() limit 1`,
    [emailIndex, kind, id],
  );
  if (reserved.length > 0) throw refused('EMAIL_TAKEN');
}

/** Whether password resets are suspended: staff changed a verified address recently and could take over the account. */
export async function isResetSuspended(tx: Tx, accountId: string): Promise<boolean> {
  const held = await tx.query(
    `select 1 from email_changes where account_id = $1 and holds_reset and undone_at is null and expires_at > now() limit 1`,
    [accountId],
  );
  return held.length > 0;
}

/** Makes the address changes of a locked account final: their undo links expire. @returns the number of changes. */
export async function finaliseEmailChanges(tx: Tx, accountId: string): Promise<number> {
  const final = await tx.query(
    `update email_changes set expires_at = now()
      where account_id = $1 and is_undoable and undone_at is null and expires_at > now() returning 1`,
    [accountId],
  );
  return final.length;
}

/**
 * Restores a former address with the token that was sent to it; the caller records that the address is verified. Revokes
 * all sessions and the links that were sent to later addresses.
 * @throws LINK_INVALID; the commit fails as a duplicate if another account has the address.
 */
export async function undoEmailChange(
  tx: Tx,
  { vault, secret }: { vault: Vault; secret: string },
  { token, kind }: { token: string; kind: AccountKind },
): Promise<Account> {
  const id = readToken(secret, token, ['email-changed'])?.id ?? null;
  const [change] = await tx.query<{ accountId: string }>(
    `select account_id as "accountId" from email_changes where id = $1`,
    [id],
  );
  const account = change ? await tx.lock(Account, { id: change.accountId, kind }) : null;
  if (!account || account.status === 'erased') throw refused('LINK_INVALID');
  const [undone] = await tx.query<{ id: string; formerEmail: string; position: string }>(
    `update email_changes set undone_at = now() where id = $1 and is_undoable and undone_at is null and expires_at > now()
      returning id, former_email as "formerEmail", position::text`,
    [id],
  );
  if (!undone) throw refused('LINK_INVALID');
  // Links of earlier changes stay valid: a thief who changes the address twice must not invalidate the owner's link.
  await tx.query(
    `update email_changes set undone_at = now() where account_id = $1 and position > $2 and undone_at is null`,
    [account.id, undone.position],
  );
  const email = openColumn(vault, undone.formerEmail, formerEmailPlace(undone.id));
  account.setPerson(vault, { ...account.person(vault), email });
  account.updatedAt = tx.now;
  await voidTokens(tx, account.id, ['reset-password', 'invitation', 'verify-email']);
  await revokeSessions(tx, { accountId: account.id, because: 'email-undone' });
  return account;
}
