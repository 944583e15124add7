import { refused } from '../../domain/errors.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { Account, type PersonalDetails } from '../account/account.ts';
import { issueToken, voidTokens } from '../account/account-token.ts';
import type { Vault } from '../account/privacy/vault.ts';
import { type Grantor, refuseEscalation } from './grantor.ts';
import { type Role, roleOf } from './role.ts';

/** Appends an account without a password. @throws ROLE_NOT_FOUND, PERMISSION_ESCALATION */
export async function inviteStaff(
  tx: Tx,
  vault: Vault,
  { person, roleId, by }: { person: PersonalDetails; roleId: string; by: Grantor },
): Promise<{ account: Account; role: Role }> {
  const role = await roleOf(tx, roleId);
  refuseEscalation(by, role.permissions);
  const account = Account.open(tx, vault, { kind: 'staff', ...person, roleId, passwordHash: null });
  return { account, role };
}

/**
 * Issues the token with which an invited staff member chooses a password; earlier ones become void.
 * @returns its id. @throws ACCOUNT_STATE_CONFLICT if the staff member has chosen a password.
 */
export async function issueInvitation(tx: Tx, { id: accountId, passwordHash }: Account): Promise<string> {
  if (passwordHash !== null)
    throw refused('ACCOUNT_STATE_CONFLICT', { reason: 'the staff member has already chosen a password' });
  await voidTokens(tx, accountId, ['invitation']);
  return issueToken(tx, { accountId, purpose: 'invitation' });
}
