import { refused } from '../../domain/errors.ts';
import { hashPassword } from '../../infra/crypto/password.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { revokeSessions } from '../access/session.ts';
import type { Account, PersonalDetails } from './account.ts';
import { voidTokens } from './account-token.ts';
import type { Vault } from './privacy/vault.ts';

/**
 * Sets a new password of a locked account. Its links to choose a password become void, and its sessions end, except the
 * session `except`.
 * @returns whether the account had a password. @throws PASSWORD_UNSUITABLE
 */
export async function setPassword(
  tx: Tx,
  vault: Vault,
  { account, password, except }: { account: Account; password: string; except?: string },
): Promise<boolean> {
  refuseUnsuitablePassword(password, account.person(vault));
  const hadPassword = account.passwordHash !== null;
  account.setPasswordHash(await hashPassword(password), tx.now);
  await voidTokens(tx, account.id, ['reset-password', 'invitation']);
  await revokeSessions(tx, { accountId: account.id, because: 'password', ...(except && { except }) });
  return hadPassword;
}

/** @throws PASSWORD_UNSUITABLE for the account's own name or email address, which are easy to guess. */
export function refuseUnsuitablePassword(
  password: string,
  { email, name }: Pick<PersonalDetails, 'email' | 'name'>,
): void {
  const isSame = (text: string) => text.trim().toLowerCase() === password.trim().toLowerCase();
  if (isSame(email) || isSame(name)) throw refused('PASSWORD_UNSUITABLE');
}
