import { missingPermissions } from '../../domain/access/permissions.ts';
import { refused } from '../../domain/errors.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { Account } from '../account/account.ts';
import { Role } from './role.ts';

/** The staff member who makes a change, with their permissions. */
export interface Grantor {
  accountId: string;
  permissions: ReadonlySet<string>;
}

/**
 * Serialises all changes that could remove the last administrator. Take this lock before the row of any account.
 * @returns the administrator role.
 */
export async function lockAdmins(tx: Tx): Promise<Role> {
  const role = await tx.lock(Role, { name: 'admin' });
  if (!role) throw new Error('the built-in roles are missing: run the migrate process');
  return role;
}

/** Loads and locks a staff member, with the role. @throws STAFF_NOT_FOUND */
export async function lockStaff(tx: Tx, id: string): Promise<{ account: Account; role: Role }> {
  const account = await tx.lock(Account, { id, kind: 'staff' });
  if (!account || account.status === 'erased') throw refused('STAFF_NOT_FOUND', { staffId: id });
  return { account, role: await roleOf(tx, account.roleId ?? '') };
}

/** @throws ROLE_NOT_FOUND */
export async function roleOf(tx: Tx, id: string): Promise<Role> {
  const [role] = await tx.find(Role, { id });
  if (!role) throw refused('ROLE_NOT_FOUND', { roleId: id });
  return role;
}

/**
 * Refuses to grant or take over permissions that the caller lacks.
 * @throws PERMISSION_ESCALATION with those permissions.
 */
export function refuseEscalation({ permissions }: Grantor, wanted: readonly string[]): void {
  const tooMuch = missingPermissions(permissions, wanted);
  if (tooMuch.length > 0) throw refused('PERMISSION_ESCALATION', { permissions: tooMuch });
}

/** Refuses a change of one's own account: a lockout could not be undone. @throws ACCOUNT_STATE_CONFLICT */
export function refuseSelf({ accountId }: Grantor, id: string): void {
  if (accountId === id)
    throw refused('ACCOUNT_STATE_CONFLICT', { staffId: id, reason: 'You cannot change your own account.' });
}

/** Refuses to remove the last administrator who can sign in. Call under `lockAdmins`. @throws LAST_ADMIN */
export async function refuseLastAdmin(tx: Tx, admins: Role, leaving: Account): Promise<void> {
  if (leaving.roleId !== admins.id) return;
  const others = await tx.query(
    `select 1 from accounts where role_id = $1 and id <> $2 and status = 'active' and password_hash is not null limit 1`,
    [admins.id, leaving.id],
  );
  if (others.length === 0) throw refused('LAST_ADMIN', { staffId: leaving.id });
}
