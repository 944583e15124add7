import { beyond } from '../../domain/access/permissions.ts';
import { refused } from '../../domain/errors.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { Account } from '../account/account.ts';
import { Role } from './role.ts';

/** What a caller holds, and who it is. */
export interface Grantor {
  accountId: string;
  permissions: ReadonlySet<string>;
}

/**
 * Serialises everything that could leave the shop without an administrator: taken before the row of any account.
 * @returns the administrators' role.
 */
export async function lockAdmins(tx: Tx): Promise<Role> {
  const role = await tx.lock(Role, { name: 'admin' });
  if (!role) throw new Error('the built-in roles are missing: run the migrate process');
  return role;
}

/** A member of staff under the row lock, with the role. @throws STAFF_NOT_FOUND */
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

/** Nobody gives, or takes over, what they may not do themselves. @throws PERMISSION_ESCALATION naming what is too much. */
export function refuseEscalation({ permissions }: Grantor, wanted: readonly string[]): void {
  const tooMuch = beyond(permissions, wanted);
  if (tooMuch.length > 0) throw refused('PERMISSION_ESCALATION', { permissions: tooMuch });
}

/** @throws ACCOUNT_STATE_CONFLICT for oneself: whoever locks themselves out cannot undo it. */
export function refuseSelf({ accountId }: Grantor, id: string): void {
  if (accountId === id) throw refused('ACCOUNT_STATE_CONFLICT', { staffId: id, reason: 'it is you' });
}

/** Refuses to take the last administrator who can sign in. To be called under `lockAdmins`. @throws LAST_ADMIN */
export async function refuseLastAdmin(tx: Tx, admins: Role, leaving: Account): Promise<void> {
  if (leaving.roleId !== admins.id) return;
  const others = await tx.query(
    `select 1 from accounts where role_id = $1 and id <> $2 and status = 'active' and password_hash is not null limit 1`,
    [admins.id, leaving.id],
  );
  if (others.length === 0) throw refused('LAST_ADMIN', { staffId: leaving.id });
}
