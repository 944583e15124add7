import { z } from 'zod';
import type { ErrorCode } from '../../../domain/errors.ts';
import { refuseEscalation } from '../../../entities/access/grantor.ts';
import { issueInvitation } from '../../../entities/access/invitation.ts';
import { endSession, listSessions } from '../../../entities/access/session.ts';
import {
  blockStaff,
  eraseStaff,
  lockOtherStaff,
  lockStaff,
  resetStaffMfa,
  type StaffMember,
} from '../../../entities/access/staff.ts';
import type { Account } from '../../../entities/account/account.ts';
import { enqueue } from '../../../entities/outbox/outbox.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { sendAccountEmail } from '../../../jobs/mail.ts';
import { withoutBody } from '../../auth/credentials/passwords.ts';
import { requireStaff } from '../../auth/principal.ts';
import { sessionSchema } from '../../auth/sessions/sessions.ts';
import type { ApiDeps } from '../../deps.ts';
import { type AnyRoute, route } from '../../http/route.ts';
import { type AuditedAnswer, adminEdit, noContent } from '../change.ts';

const PATH = '/api/v1/admin/staff/{id}';
const params = z.object({ id: z.uuid() });

/** An action on the account of another staff member. It returns the fields for the audit log. */
interface AdminAction {
  method: 'post' | 'delete';
  path: string;
  action: string;
  summary: string;
  errors?: ErrorCode[];
  work(deps: ApiDeps, tx: Tx, staff: StaffMember): Promise<Pick<AuditedAnswer, 'before' | 'after'>>;
}

/** Access of staff: block, invite, reset MFA, erase and end sessions. */
export const staffAccessRoutes = (deps: ApiDeps): AnyRoute[] => [
  ...ADMIN_ACTIONS.map((action) => adminActionRoute(deps, action)),
  listStaffSessions(deps),
  endStaffSession(deps),
];

const ADMIN_ACTIONS: readonly AdminAction[] = [
  {
    method: 'post',
    path: `${PATH}/block`,
    action: 'staff.block',
    summary: 'Block a staff member: end all sessions and disable their API keys',
    errors: ['LAST_ADMIN'],
    async work(_deps, tx, staff) {
      await blockStaff(tx, staff);
      return { before: { status: 'active' }, after: { status: 'blocked' } };
    },
  },
  {
    method: 'post',
    path: `${PATH}/unblock`,
    action: 'staff.unblock',
    summary: 'Unblock a staff member',
    async work(_deps, tx, { account }) {
      account.unblock(tx.now);
      return { before: { status: 'blocked' }, after: { status: 'active' } };
    },
  },
  {
    method: 'post',
    path: `${PATH}/invitation`,
    action: 'staff.invite-again',
    summary: 'Send a new invitation to a staff member; the previous one stops working',
    async work(deps, tx, { account }) {
      await sendInvitation(deps, tx, account);
      return { before: null, after: null };
    },
  },
  {
    method: 'post',
    path: `${PATH}/mfa/reset`,
    action: 'staff.reset-mfa',
    summary: 'Reset the second factor of a staff member and end all sessions',
    async work(_deps, tx, staff) {
      await resetStaffMfa(tx, staff);
      return { before: { mfa: true }, after: { mfa: false } };
    },
  },
  {
    method: 'delete',
    path: PATH,
    action: 'staff.erase',
    summary: 'Erase a staff member permanently and revoke their API keys',
    errors: ['LAST_ADMIN'],
    async work(deps, tx, staff) {
      await eraseStaff(tx, deps.vault, staff);
      return { before: { status: 'active', role: staff.role.name }, after: { status: 'erased' } };
    },
  },
];

const adminActionRoute = (deps: ApiDeps, { method, path, action, summary, errors = [], work }: AdminAction) =>
  route({
    method,
    path,
    permission: 'staff:manage',
    access: 'person',
    summary,
    tag: 'Staff',
    params,
    answers: { 204: { description: 'Done' } },
    errors: ['STAFF_NOT_FOUND', 'PERMISSION_ESCALATION', 'ACCOUNT_STATE_CONFLICT', ...errors],
    handle(call) {
      const { id } = call.params;
      const auditedWork = async (tx: Tx) => {
        const staff = await lockOtherStaff(tx, id, requireStaff(call.principal));
        return { answer: noContent, target: { type: 'staff', id }, ...(await work(deps, tx, staff)) };
      };
      return withoutBody(adminEdit(deps, call, { action, scope: id, work: auditedWork }));
    },
  });

/** Sends the e-mail with the link to choose a first password. @throws the errors of `issueInvitation` */
export async function sendInvitation({ queues }: ApiDeps, tx: Tx, account: Account): Promise<void> {
  const tokenId = await issueInvitation(tx, account);
  const { id: accountId } = account;
  enqueue(tx, queues, { contract: sendAccountEmail, payload: { letter: 'invitation', accountId, tokenId } });
}

const listStaffSessions = (deps: ApiDeps) =>
  route({
    method: 'get',
    path: `${PATH}/sessions`,
    permission: 'staff:manage',
    access: 'person',
    summary: 'List the sessions of a staff member',
    tag: 'Staff',
    params,
    answers: { 200: { description: 'All active sessions', schema: z.object({ data: z.array(sessionSchema) }) } },
    async handle({ principal, params: { id } }) {
      const { sessionId } = requireStaff(principal);
      const sessions = await listSessions(deps.db.query, deps.vault, { accountId: id, kind: 'staff' });
      return {
        status: 200,
        body: { data: sessions.map((session) => ({ ...session, current: session.id === sessionId })) },
      };
    },
  });

const endStaffSession = (deps: ApiDeps) =>
  route({
    method: 'delete',
    path: `${PATH}/sessions/{sessionId}`,
    permission: 'staff:manage',
    access: 'person',
    summary: 'End a session of a staff member',
    tag: 'Staff',
    params: params.extend({ sessionId: z.uuid() }),
    answers: { 204: { description: 'Ended' } },
    errors: ['STAFF_NOT_FOUND', 'SESSION_NOT_FOUND', 'PERMISSION_ESCALATION'],
    handle(call) {
      const { id, sessionId } = call.params;
      const work = async (tx: Tx) => {
        const { role } = await lockStaff(tx, id);
        refuseEscalation(requireStaff(call.principal), role.permissions);
        await endSession(tx, { accountId: id, id: sessionId });
        return { answer: noContent, target: { type: 'staff', id }, before: null, after: { ended: sessionId } };
      };
      return withoutBody(adminEdit(deps, call, { action: 'staff.end-session', scope: sessionId, work }));
    },
  });
