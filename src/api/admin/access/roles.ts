import { raw } from '@mikro-orm/core';
import { z } from 'zod';
import type { Permission } from '../../../domain/access/permissions.ts';
import { STAFF_PERMISSIONS } from '../../../domain/access/roles.ts';
import { refused } from '../../../domain/errors.ts';
import { lockRole, Role } from '../../../entities/access/role.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { withoutBody } from '../../auth/credentials/passwords.ts';
import { requireStaff } from '../../auth/principal.ts';
import type { ApiDeps } from '../../deps.ts';
import { inTextOrder } from '../../fields/text-order.ts';
import { type AnyRoute, route } from '../../http/route.ts';
import { adminEdit, etag, noContent, versioned } from '../change.ts';
import { refuseTakenName } from '../taken-name.ts';
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
    requiresMfa: z.boolean().meta({ description: 'Whether staff with this role must use a second factor.' }),
    builtin: z.boolean(),
    version: z.int(),
  })
  .meta({ id: 'Role' });
const roleAnswer = { description: 'The role', schema: roleSchema };

const viewOf = ({ id, name, permissions, requiresMfa, isBuiltin, version }: Role) => ({
  id,
  name,
  permissions: [...permissions].sort(),
  requiresMfa,
  builtin: isBuiltin,
  version,
});

/** Roles: named sets of permissions for staff. */
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
    summary: 'List all roles and the permissions that a role can have',
    tag: TAG,
    answers: {
      200: {
        description: 'All roles',
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
    summary: 'Retrieve a role',
    tag: TAG,
    params,
    answers: { 200: roleAnswer },
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
    summary: 'Create a role',
    tag: TAG,
    body: z.strictObject({ name, permissions, requiresMfa: z.boolean().default(false) }),
    answers: { 201: roleAnswer },
    errors: ['NAME_TAKEN', 'PERMISSION_ESCALATION'],
    idempotent: true,
    handle(call) {
      const input = { ...call.body, permissions: [...new Set(call.body.permissions)] };
      const work = async (tx: Tx) => {
        const role = Role.create(tx, input, requireStaff(call.principal));
        const target = { type: 'role', id: role.id };
        return { answer: versioned(viewOf(role), 201), target, before: null, after: input };
      };
      return adminEdit(deps, call, { action: 'role.create', scope: 'new', work }).catch(refuseTakenName);
    },
  });

const change = (deps: ApiDeps) =>
  route({
    method: 'patch',
    path: `${PATH}/{id}`,
    permission: 'roles:manage',
    access: 'person',
    versioned: true,
    summary: 'Update a role; a built-in role allows changes of `requiresMfa` only',
    tag: TAG,
    params,
    body: z.strictObject({
      name: name.optional(),
      permissions: permissions.optional(),
      requiresMfa: z.boolean().optional(),
    }),
    answers: { 200: roleAnswer },
    errors: ['ROLE_NOT_FOUND', 'ROLE_BUILTIN', 'NAME_TAKEN', 'PERMISSION_ESCALATION'],
    handle(call) {
      const { id } = call.params;
      const input = call.body;
      const work = async (tx: Tx) => {
        const role = await lockRole(tx, id);
        requireVersion(call, role.version);
        const before = { ...role.fields };
        role.change(input, requireStaff(call.principal), tx.now);
        await tx.write();
        return { answer: versioned(viewOf(role)), target: { type: 'role', id }, before, after: input };
      };
      return adminEdit(deps, call, { action: 'role.change', scope: id, work }).catch(refuseTakenName);
    },
  });

const remove = (deps: ApiDeps) =>
  route({
    method: 'delete',
    path: `${PATH}/{id}`,
    permission: 'roles:manage',
    access: 'person',
    summary: 'Delete a role that no account has',
    tag: TAG,
    params,
    answers: { 204: { description: 'Deleted' } },
    errors: ['ROLE_NOT_FOUND', 'ROLE_BUILTIN', 'ROLE_IN_USE', 'PERMISSION_ESCALATION'],
    handle(call) {
      const { id } = call.params;
      const work = async (tx: Tx) => {
        const role = await lockRole(tx, id);
        await role.remove(tx, requireStaff(call.principal));
        return { answer: noContent, target: { type: 'role', id }, before: { ...role.fields }, after: null };
      };
      return withoutBody(adminEdit(deps, call, { action: 'role.remove', scope: id, work }));
    },
  });
