import { refused } from '../../domain/errors.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { Account } from '../account/account.ts';
import { removeMfa } from '../account/mfa.ts';
import { anonymiseAccount } from '../account/privacy/erasure.ts';
import type { Vault } from '../account/privacy/vault.ts';
import { revokeKeysOf } from './api-key.ts';
import { type Grantor, refuseEscalation } from './grantor.ts';
import { Role, roleOf } from './role.ts';
import { revokeSessions } from './session.ts';

/** A locked staff member. `admins`: the administrator role, locked before. */
export interface StaffMember {
  account: Account;
  role: Role;
  admins: Role;
}

/** Loads and locks a staff member, with the role. @throws STAFF_NOT_FOUND */
export async function lockStaff(tx: Tx, id: string): Promise<{ account: Account; role: Role }> {
  const account = await tx.lock(Account, { id, kind: 'staff' });
  if (!account || account.status === 'erased') throw refused('STAFF_NOT_FOUND', { staffId: id });
  return { account, role: await roleOf(tx, account.roleId ?? '') };
}

/**
 * Locks the administrator role, then a staff member: this serialises all changes that could remove the last
 * administrator. @throws STAFF_NOT_FOUND
 */
export async function lockStaffMember(tx: Tx, id: string): Promise<StaffMember> {
  const admins = await tx.lock(Role, { name: 'admin' });
  if (!admins) throw new Error('the built-in roles are missing: run the migrate process');
  return { ...(await lockStaff(tx, id)), admins };
}

/**
 * Locks another staff member whose access `by` may change. One's own is excluded: a lockout could not be undone.
 * @throws STAFF_NOT_FOUND, ACCOUNT_STATE_CONFLICT, PERMISSION_ESCALATION
 */
export async function lockOtherStaff(tx: Tx, id: string, by: Grantor): Promise<StaffMember> {
  const staff = await lockStaffMember(tx, id);
  if (by.accountId === id)
    throw refused('ACCOUNT_STATE_CONFLICT', { staffId: id, reason: 'You cannot change your own account.' });
  refuseEscalation(by, staff.role.permissions);
  return staff;
}

/**
 * Gives a staff member another role, if `roleId` differs.
 * @returns the role. @throws ROLE_NOT_FOUND, PERMISSION_ESCALATION, LAST_ADMIN
 */
export async function assignRole(
  tx: Tx,
  staff: StaffMember,
  { roleId = staff.role.id, by }: { roleId: string | undefined; by: Grantor },
): Promise<Role> {
  refuseEscalation(by, staff.role.permissions);
  if (roleId === staff.role.id) return staff.role;
  const role = await roleOf(tx, roleId);
  refuseEscalation(by, role.permissions);
  await refuseLastAdmin(tx, staff);
  staff.account.roleId = role.id;
  staff.account.updatedAt = tx.now;
  return role;
}

/** Blocks a staff member, which ends the sessions and disables the API keys. @throws ACCOUNT_STATE_CONFLICT, LAST_ADMIN */
export async function blockStaff(tx: Tx, staff: StaffMember): Promise<void> {
  await refuseLastAdmin(tx, staff);
  await staff.account.block(tx);
}

/** Removes the second factor of a staff member and ends all sessions. @throws MFA_NOT_SET_UP */
export async function resetStaffMfa(tx: Tx, { account }: StaffMember): Promise<void> {
  await removeMfa(tx, account);
  await revokeSessions(tx, { accountId: account.id, because: 'revoked' });
}

/** Erases a staff member and revokes the API keys. @throws LAST_ADMIN */
export async function eraseStaff(tx: Tx, vault: Vault, staff: StaffMember): Promise<void> {
  await refuseLastAdmin(tx, staff);
  await anonymiseAccount(tx, vault, staff.account);
  await revokeKeysOf(tx, staff.account.id);
}

/** Refuses to remove the last administrator who can sign in. @throws LAST_ADMIN */
async function refuseLastAdmin(tx: Tx, { account, admins }: StaffMember): Promise<void> {
  if (account.roleId !== admins.id) return;
  const others = await tx.query(
    `select 1 from accounts where role_id = $1 and id <> $2 and status = 'active' and password_hash is not null limit 1`,
    [admins.id, account.id],
  );
  if (others.length === 0) throw refused('LAST_ADMIN', { staffId: account.id });
}
