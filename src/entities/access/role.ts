import { defineEntity, p } from '@mikro-orm/core';
import { BUILTIN_ROLES } from '../../domain/access/roles.ts';
import type { Database } from '../../infra/database/database.ts';
import { newId } from '../../infra/ids.ts';

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

/**
 * The permissions of staff members. The code defines the built-in roles; the shop decides only whether they require
 * MFA.
 */
export class Role extends RoleSchema.class {}
RoleSchema.setClass(Role);

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
