import { raw } from '@mikro-orm/core';
import { z } from 'zod';
import type { Permission } from '../../../domain/access/permissions.ts';
import { STAFF_PERMISSIONS } from '../../../domain/access/roles.ts';
import { refused } from '../../../domain/errors.ts';
import { Role } from '../../../entities/access/role.ts';
import { refuseEscalation } from '../../../entities/access/staff.ts';
import { isDuplicate } from '../../../infra/database/database.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { newId } from '../../../infra/ids.ts';
import { bare } from '../../auth/credentials/passwords.ts';
import { staffMember } from '../../auth/principal.ts';
import type { ApiDeps } from '../../deps.ts';
import { inTextOrder } from '../../fields/text-order.ts';
import { type AnyRoute, route } from '../../http/route.ts';
import { adminEdit, etag, noContent, versioned } from '../change.ts';
import { requireVersion } from '../version.ts';

const PATH = '/api/v1/admin/roles';
const TAG = 'Roles';
const params = z.object({ id: z.uuid() });
const permissions = z.array(z.enum(STAFF_PERMISSIONS as [Permission, ...Permission[]])).max(STAFF_PERMISSIONS.length);
const name = z.string().trim().min(1).max(60);

const roleSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    permissions: z.array(z.string()),
    requiresMfa: z.boolean().meta({ description: 'Whoever has the role needs a second factor to do anything.' }),
    builtin: z.boolean(),
    version: z.int(),
  })
  .meta({ id: 'Role' });
const one = { description: 'The role', schema: roleSchema };

const viewOf = ({ id, name, permissions, requiresMfa, isBuiltin, version }: Role) => ({
  id,
  name,
  permissions: [...permissions].sort(),
  requiresMfa,
  builtin: isBuiltin,
  version,
});

/** What staff may do, by role. */
export const roleRoutes = (deps: ApiDeps): AnyRoute[] => [
  list(deps),
  read(deps),
  create(deps),
  change(deps),
  remove(deps),
];

const list = ({ db }: ApiDeps) =>
  route({
    method: 'get',
    path: PATH,
    permission: 'staff:read',
    access: 'staff',
    summary: 'All roles, and the permissions that a role can have',
    tag: TAG,
    answers: {
      200: {
        description: 'All of them',
        schema: z.object({ data: z.array(roleSchema), permissions: z.array(z.string()) }),
      },
    },
    async handle() {
      const byName = { [raw((alias) => inTextOrder(`${alias}.name`))]: 'asc' } as const;
      const roles = await db.orm.em.fork().find(Role, {}, { orderBy: [{ isBuiltin: 'desc' }, byName] });
      return { status: 200, body: { data: roles.map(viewOf), permissions: STAFF_PERMISSIONS } };
    },
  });

const read = ({ db }: ApiDeps) =>
  route({
    method: 'get',
    path: `${PATH}/{id}`,
    permission: 'staff:read',
    access: 'staff',
    summary: 'A role',
    tag: TAG,
    params,
    answers: { 200: one },
    errors: ['ROLE_NOT_FOUND'],
    async handle({ params: { id } }) {
      const role = await db.orm.em.fork().findOne(Role, { id });
      if (!role) throw refused('ROLE_NOT_FOUND', { roleId: id });
      return { status: 200, body: viewOf(role), headers: { ETag: etag(role.version) } };
    },
  });

const create = (deps: ApiDeps) =>
  route({
    method: 'post',
    path: PATH,
    permission: 'roles:manage',
    access: 'person',
    summary: 'Make a role',
    tag: TAG,
    body: z.strictObject({ name, permissions, requiresMfa: z.boolean().default(false) }),
    answers: { 201: one },
    errors: ['NAME_TAKEN', 'PERMISSION_ESCALATION'],
    idempotent: true,
    handle(call) {
      const wanted = { ...call.body, permissions: [...new Set(call.body.permissions)] };
      const work = async (tx: Tx) => {
        refuseEscalation(staffMember(call.principal), wanted.permissions);
        const role = Object.assign(new Role(), { id: newId(), ...wanted, isBuiltin: false, version: 1 });
        const { id, permissions, requiresMfa: requires_mfa } = role;
        const times = { created_at: tx.now, updated_at: tx.now };
        tx.append('roles', { id, name: role.name, permissions, requires_mfa, is_builtin: false, version: 1, ...times });
        return { answer: versioned(viewOf(role), 201), target: { type: 'role', id }, before: null, after: wanted };
      };
      return adminEdit(deps, call, { action: 'role.create', scope: 'new', work }).catch(takenName);
    },
  });

const change = (deps: ApiDeps) =>
  route({
    method: 'patch',
    path: `${PATH}/{id}`,
    permission: 'roles:manage',
    access: 'person',
    versioned: true,
    summary: 'Change a role; of a built-in one only whether it requires MFA',
    tag: TAG,
    params,
    body: z.strictObject({
      name: name.optional(),
      permissions: permissions.optional(),
      requiresMfa: z.boolean().optional(),
    }),
    answers: { 200: one },
    errors: ['ROLE_NOT_FOUND', 'ROLE_BUILTIN', 'NAME_TAKEN', 'PERMISSION_ESCALATION'],
    handle(call) {
      const { id } = call.params;
      const wanted = call.body;
      const work = async (tx: Tx) => {
        const role = await lockRole(tx, id);
        requireVersion(call, role.version);
        if (role.isBuiltin && (wanted.name ?? wanted.permissions) !== undefined) throw refused('ROLE_BUILTIN');
        // Neither a role that is stronger than its changer, nor one that would become so.
        refuseEscalation(staffMember(call.principal), [...role.permissions, ...(wanted.permissions ?? [])]);
        const { name, permissions, requiresMfa } = role;
        Object.assign(role, wanted, { updatedAt: tx.now });
        await tx.write();
        const before = { name, permissions, requiresMfa };
        return { answer: versioned(viewOf(role)), target: { type: 'role', id }, before, after: wanted };
      };
      return adminEdit(deps, call, { action: 'role.change', scope: id, work }).catch(takenName);
    },
  });

const remove = (deps: ApiDeps) =>
  route({
    method: 'delete',
    path: `${PATH}/{id}`,
    permission: 'roles:manage',
    access: 'person',
    summary: 'Remove a role that nobody has',
    tag: TAG,
    params,
    answers: { 204: { description: 'Removed' } },
    errors: ['ROLE_NOT_FOUND', 'ROLE_BUILTIN', 'ROLE_IN_USE', 'PERMISSION_ESCALATION'],
    handle(call) {
      const { id } = call.params;
      const work = async (tx: Tx) => {
        const { name, permissions, requiresMfa, isBuiltin } = await lockRole(tx, id);
        if (isBuiltin) throw refused('ROLE_BUILTIN');
        refuseEscalation(staffMember(call.principal), permissions);
        // Also of the erased: their rows still say what they were.
        const holders = await tx.query(`select 1 from accounts where role_id = $1 limit 1`, [id]);
        if (holders.length > 0) throw refused('ROLE_IN_USE', { roleId: id });
        await tx.query(`delete from roles where id = $1`, [id]);
        const before = { name, permissions, requiresMfa };
        return { answer: noContent, target: { type: 'role', id }, before, after: null };
      };
      return bare(adminEdit(deps, call, { action: 'role.remove', scope: id, work }));
    },
  });

async function lockRole(tx: Tx, id: string): Promise<Role> {
  const role = await tx.lock(Role, { id });
  if (!role) throw refused('ROLE_NOT_FOUND', { roleId: id });
  return role;
}

/** @throws NAME_TAKEN for what the unique key of the names refused. */
export const takenName = (error: unknown): never => {
  throw isDuplicate(error) ? refused('NAME_TAKEN') : error;
};
