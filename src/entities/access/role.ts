import { defineEntity, p } from '@mikro-orm/core';
import { BUILTIN_ROLES } from '../../domain/access/roles.ts';
import { refused } from '../../domain/errors.ts';
import type { Database } from '../../infra/database/database.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { newId } from '../../infra/ids.ts';
import { type Grantor, refuseEscalation } from './grantor.ts';

const RoleSchema = defineEntity({
  name: 'Role',
  tableName: 'roles',
  properties: {
    id: p.uuid().primary(),
    name: p.text(),
    permissions: p.array(),
    requiresMfa: p.boolean(),
    isBuiltin: p.boolean(),
    version: p.integer().version(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
  },
});

/** What the shop can decide about a role. */
export interface RoleFields {
  name: string;
  permissions: string[];
  /** Whether staff with this role must use a second factor. */
  requiresMfa: boolean;
}

/**
 * The permissions of staff members. The code defines the built-in roles; the shop decides only whether they require
 * MFA.
 */
export class Role extends RoleSchema.class {
  /** Appends a new role. The commit fails as a duplicate if the name is taken. @throws PERMISSION_ESCALATION */
  static create(tx: Tx, fields: RoleFields, by: Grantor): Role {
    refuseEscalation(by, fields.permissions);
    const role = Object.assign(new Role(), { id: newId(), ...fields, isBuiltin: false, version: 1 });
    const { id, name, permissions, requiresMfa: requires_mfa } = role;
    const times = { created_at: tx.now, updated_at: tx.now };
    tx.append('roles', { id, name, permissions, requires_mfa, is_builtin: false, version: 1, ...times });
    return role;
  }

  get fields(): RoleFields {
    return { name: this.name, permissions: this.permissions, requiresMfa: this.requiresMfa };
  }

  /**
   * Changes the given fields, of a built-in role only `requiresMfa`. The caller needs all permissions that the role has
   * or gets. @throws ROLE_BUILTIN, PERMISSION_ESCALATION
   */
  change(changes: { [K in keyof RoleFields]?: RoleFields[K] | undefined }, by: Grantor, now: Date): void {
    const { name, permissions, requiresMfa } = changes;
    if ((name ?? permissions) !== undefined) this.refuseBuiltin();
    refuseEscalation(by, [...this.permissions, ...(permissions ?? [])]);
    this.name = name ?? this.name;
    this.permissions = permissions ?? this.permissions;
    this.requiresMfa = requiresMfa ?? this.requiresMfa;
    this.updatedAt = now;
  }

  /** Deletes a role that no account has. @throws ROLE_BUILTIN, PERMISSION_ESCALATION, ROLE_IN_USE */
  async remove(tx: Tx, by: Grantor): Promise<void> {
    this.refuseBuiltin();
    refuseEscalation(by, this.permissions);
    // Erased accounts count as well: their rows still refer to the role.
    const holders = await tx.query(`select 1 from accounts where role_id = $1 limit 1`, [this.id]);
    if (holders.length > 0) throw refused('ROLE_IN_USE', { roleId: this.id });
    await tx.query(`delete from roles where id = $1`, [this.id]);
  }

  private refuseBuiltin(): void {
    if (this.isBuiltin) throw refused('ROLE_BUILTIN');
  }
}
RoleSchema.setClass(Role);

/** Loads and locks a role. @throws ROLE_NOT_FOUND */
export async function lockRole(tx: Tx, id: string): Promise<Role> {
  const role = await tx.lock(Role, { id });
  if (!role) throw refused('ROLE_NOT_FOUND', { roleId: id });
  return role;
}

/** @throws ROLE_NOT_FOUND */
export async function roleOf(tx: Tx, id: string): Promise<Role> {
  const [role] = await tx.find(Role, { id });
  if (!role) throw refused('ROLE_NOT_FOUND', { roleId: id });
  return role;
}

/** Updates the built-in roles to this version of the code. `requires_mfa` keeps the value that the shop has set. */
export async function syncBuiltinRoles(db: Pick<Database, 'query'>, now: Date): Promise<void> {
  for (const { name, permissions } of BUILTIN_ROLES) {
    await db.query(
      `insert into roles (id, name, permissions, requires_mfa, is_builtin, created_at, updated_at)
        values ($1, $2, $3, false, true, $4, $4)
        on conflict (name) do update set permissions = excluded.permissions, is_builtin = true,
          version = roles.version + 1, updated_at = excluded.updated_at
          where roles.permissions is distinct from excluded.permissions or not roles.is_builtin`,
      [newId(), name, [...permissions], now],
    );
  }
}
