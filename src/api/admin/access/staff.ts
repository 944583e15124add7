import { z } from 'zod';
import { refused } from '../../../domain/errors.ts';
import { CONCEALED } from '../../../entities/access/audit.ts';
import { lockAdmins, lockStaff, refuseEscalation, refuseLastAdmin, roleOf } from '../../../entities/access/staff.ts';
import { Account } from '../../../entities/account/account.ts';
import { isDuplicate } from '../../../infra/database/database.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { describe } from '../../account/profile.ts';
import { staffMember } from '../../auth/principal.ts';
import type { ApiDeps } from '../../deps.ts';
import { emailSchema, nameSchema, phoneSchema } from '../../fields/person-fields.ts';
import { type AnyRoute, route } from '../../http/route.ts';
import { adminEdit, etag, versioned } from '../change.ts';
import { pageOf, pageQuery, startOf, toPage } from '../list-query.ts';
import { requireVersion } from '../version.ts';
import { mailInvitation } from './staff-access.ts';
import { readStaff, staffSchema } from './staff-view.ts';

const PATH = '/api/v1/admin/staff';
const TAG = 'Staff';
export const staffParams = z.object({ id: z.uuid() });
const one = { description: 'The member of staff', schema: staffSchema };

/** The people who run the shop. */
export const staffRoutes = (deps: ApiDeps): AnyRoute[] => [list(deps), read(deps), invite(deps), change(deps)];

const list = (deps: ApiDeps) =>
  route({
    method: 'get',
    path: PATH,
    permission: 'staff:read',
    access: 'staff',
    summary: 'Staff, newest first',
    tag: TAG,
    query: z.strictObject(pageQuery),
    answers: { 200: { description: 'One page', schema: pageOf(staffSchema) } },
    errors: ['CURSOR_INVALID'],
    async handle({ query: { limit, cursor } }) {
      const page = { before: startOf({ staff: true }, cursor), limit: limit + 1 };
      const rows = await readStaff(deps.db.search, deps.vault, page);
      return { status: 200, body: toPage({ staff: true }, rows, limit) };
    },
  });

const read = (deps: ApiDeps) =>
  route({
    method: 'get',
    path: `${PATH}/{id}`,
    permission: 'staff:read',
    access: 'staff',
    summary: 'A member of staff',
    tag: TAG,
    params: staffParams,
    answers: { 200: one },
    errors: ['STAFF_NOT_FOUND'],
    async handle({ params: { id } }) {
      const [staff] = await readStaff(deps.db.query, deps.vault, { id, before: null, limit: 1 });
      if (!staff) throw refused('STAFF_NOT_FOUND', { staffId: id });
      return { status: 200, body: staff, headers: { ETag: etag(staff.version) } };
    },
  });

const inviteSchema = z.strictObject({
  email: emailSchema,
  name: nameSchema,
  phone: phoneSchema.optional(),
  roleId: z.uuid(),
});

const invite = (deps: ApiDeps) =>
  route({
    method: 'post',
    path: PATH,
    permission: 'staff:manage',
    access: 'person',
    summary: 'Invite somebody by mail; they choose a password of their own',
    tag: TAG,
    body: inviteSchema,
    answers: { 201: one },
    errors: ['EMAIL_TAKEN', 'ROLE_NOT_FOUND', 'PERMISSION_ESCALATION'],
    idempotent: true,
    handle(call) {
      const { roleId, ...person } = call.body;
      const work = async (tx: Tx) => {
        const role = await roleOf(tx, roleId);
        refuseEscalation(staffMember(call.principal), role.permissions);
        const account = Account.open(tx, deps.vault, {
          kind: 'staff',
          phone: null,
          ...person,
          roleId,
          passwordHash: null,
        });
        await mailInvitation(deps, tx, account.id);
        const after = { email: CONCEALED, name: CONCEALED, role: role.name };
        const target = { type: 'staff', id: account.id };
        return { answer: await answerStaff(deps, tx, { id: account.id, status: 201 }), target, before: null, after };
      };
      return adminEdit(deps, call, { action: 'staff.invite', scope: 'new', work }).catch(takenEmail);
    },
  });

const changeSchema = z.strictObject({
  name: nameSchema.optional(),
  phone: phoneSchema.optional(),
  email: emailSchema.optional(),
  roleId: z.uuid().optional(),
});

const change = (deps: ApiDeps) =>
  route({
    method: 'patch',
    path: `${PATH}/{id}`,
    permission: 'staff:manage',
    access: 'person',
    versioned: true,
    summary: 'Change who somebody is, or their role; what was mailed to another e-mail address before no longer works',
    tag: TAG,
    params: staffParams,
    body: changeSchema,
    answers: { 200: one },
    errors: ['STAFF_NOT_FOUND', 'ROLE_NOT_FOUND', 'EMAIL_TAKEN', 'PERMISSION_ESCALATION', 'LAST_ADMIN'],
    handle(call) {
      const { id } = call.params;
      const { roleId, ...person } = call.body;
      const work = async (tx: Tx) => {
        const admins = await lockAdmins(tx);
        const { account, role } = await lockStaff(tx, id);
        requireVersion(call, account.version);
        refuseEscalation(staffMember(call.principal), role.permissions);
        const next = roleId === undefined || roleId === role.id ? role : await roleOf(tx, roleId);
        refuseEscalation(staffMember(call.principal), next.permissions);
        if (next.id !== role.id) await refuseLastAdmin(tx, admins, account);
        account.roleId = next.id;
        await describe(deps, tx, { account, wanted: person, holdsReset: false });
        const changed = Object.fromEntries(Object.keys(person).map((name) => [name, CONCEALED]));
        return {
          answer: await answerStaff(deps, tx, { id, status: 200 }),
          target: { type: 'staff', id },
          before: { ...changed, role: role.name },
          after: { ...changed, role: next.name },
        };
      };
      return adminEdit(deps, call, { action: 'staff.change', scope: id, work }).catch(takenEmail);
    },
  });

/** The member of staff as written by this transaction. */
async function answerStaff({ vault }: ApiDeps, tx: Tx, { id, status }: { id: string; status: number }) {
  await tx.write();
  const [staff] = await readStaff(tx.query, vault, { id, before: null, limit: 1 });
  if (!staff) throw refused('STAFF_NOT_FOUND', { staffId: id });
  return versioned(staff, status);
}

/** @throws EMAIL_TAKEN for what the unique key of the addresses refused. */
export const takenEmail = (error: unknown): never => {
  throw isDuplicate(error) ? refused('EMAIL_TAKEN') : error;
};
