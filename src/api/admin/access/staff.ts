import { z } from 'zod';
import { refused } from '../../../domain/errors.ts';
import { CONCEALED } from '../../../entities/access/audit.ts';
import { inviteStaff } from '../../../entities/access/invitation.ts';
import { assignRole, lockStaffMember } from '../../../entities/access/staff.ts';
import { refuseTakenEmail } from '../../../entities/account/account.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { changeProfile } from '../../account/profile.ts';
import { requireStaff } from '../../auth/principal.ts';
import type { ApiDeps } from '../../deps.ts';
import { emailSchema, nameSchema, phoneSchema } from '../../fields/person-fields.ts';
import { type AnyRoute, route } from '../../http/route.ts';
import { adminEdit, etag, versioned } from '../change.ts';
import { pageQuery, pageSchema, paginate, readCursorId } from '../list-query.ts';
import { requireVersion } from '../version.ts';
import { sendInvitation } from './staff-access.ts';
import { readStaff, staffSchema } from './staff-view.ts';

const PATH = '/api/v1/admin/staff';
const TAG = 'Staff';
const params = z.object({ id: z.uuid() });
const staffAnswer = { description: 'The staff member', schema: staffSchema };

/** Staff accounts. */
export const staffRoutes = (deps: ApiDeps): AnyRoute[] => [list(deps), read(deps), invite(deps), change(deps)];

const list = (deps: ApiDeps) =>
  route({
    method: 'get',
    path: PATH,
    permission: 'staff:read',
    access: 'staff',
    summary: 'List staff, newest first',
    tag: TAG,
    query: z.strictObject(pageQuery),
    answers: { 200: { description: 'A page of staff', schema: pageSchema(staffSchema) } },
    errors: ['CURSOR_INVALID'],
    async handle({ query: { limit, cursor } }) {
      const page = { before: readCursorId({ staff: true }, cursor), limit: limit + 1 };
      const rows = await readStaff(deps.db.search, deps.vault, page);
      return { status: 200, body: paginate({ staff: true }, rows, limit) };
    },
  });

const read = (deps: ApiDeps) =>
  route({
    method: 'get',
    path: `${PATH}/{id}`,
    permission: 'staff:read',
    access: 'staff',
    summary: 'Retrieve a staff member',
    tag: TAG,
    params,
    answers: { 200: staffAnswer },
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
    summary: 'Invite a staff member by e-mail',
    tag: TAG,
    description: 'The e-mail contains a link to choose a password.',
    body: inviteSchema,
    answers: { 201: staffAnswer },
    errors: ['EMAIL_TAKEN', 'ROLE_NOT_FOUND', 'PERMISSION_ESCALATION'],
    idempotent: true,
    handle(call) {
      const { roleId, ...rest } = call.body;
      const person = { phone: null, ...rest };
      const work = async (tx: Tx) => {
        const by = requireStaff(call.principal);
        const { account, role } = await inviteStaff(tx, deps.vault, { person, roleId, by });
        await sendInvitation(deps, tx, account);
        const after = { email: CONCEALED, name: CONCEALED, role: role.name };
        const target = { type: 'staff', id: account.id };
        return { answer: await answerStaff(deps, tx, { id: account.id, status: 201 }), target, before: null, after };
      };
      return adminEdit(deps, call, { action: 'staff.invite', scope: 'new', work }).catch(refuseTakenEmail);
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
    summary: 'Update a staff member or their role',
    tag: TAG,
    description: 'A new e-mail address invalidates the links that were sent to the former one.',
    params,
    body: changeSchema,
    answers: { 200: staffAnswer },
    errors: ['STAFF_NOT_FOUND', 'ROLE_NOT_FOUND', 'EMAIL_TAKEN', 'PERMISSION_ESCALATION', 'LAST_ADMIN'],
    handle(call) {
      const { id } = call.params;
      const { roleId, ...person } = call.body;
      const work = async (tx: Tx) => {
        const staff = await lockStaffMember(tx, id);
        const { account, role } = staff;
        requireVersion(call, account.version);
        const newRole = await assignRole(tx, staff, { roleId, by: requireStaff(call.principal) });
        await changeProfile(deps, tx, { account, changes: person, holdsReset: false });
        const changed = Object.fromEntries(Object.keys(person).map((name) => [name, CONCEALED]));
        return {
          answer: await answerStaff(deps, tx, { id, status: 200 }),
          target: { type: 'staff', id },
          before: { ...changed, role: role.name },
          after: { ...changed, role: newRole.name },
        };
      };
      return adminEdit(deps, call, { action: 'staff.change', scope: id, work }).catch(refuseTakenEmail);
    },
  });

/** Writes the pending changes and answers with the staff member. */
async function answerStaff({ vault }: ApiDeps, tx: Tx, { id, status }: { id: string; status: number }) {
  await tx.write();
  const [staff] = await readStaff(tx.query, vault, { id, before: null, limit: 1 });
  if (!staff) throw refused('STAFF_NOT_FOUND', { staffId: id });
  return versioned(staff, status);
}
