import { z } from 'zod';
import { type ErrorCode, refused } from '../../../domain/errors.ts';
import { type Changed, setStatus } from '../../../entities/access/account-status.ts';
import type { Role } from '../../../entities/access/role.ts';
import { listSessions, revokeSessions } from '../../../entities/access/session.ts';
import {
  lockAdmins,
  lockStaff,
  refuseEscalation,
  refuseLastAdmin,
  refuseSelf,
} from '../../../entities/access/staff.ts';
import type { Account } from '../../../entities/account/account.ts';
import { issueToken, voidTokens } from '../../../entities/account/account-token.ts';
import { anonymiseAccount } from '../../../entities/account/privacy/erasure.ts';
import { enqueue } from '../../../entities/outbox/outbox.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { sendAccountEmail } from '../../../jobs/mail.ts';
import { withoutBody } from '../../auth/credentials/passwords.ts';
import { requireStaff } from '../../auth/principal.ts';
import { sessionSchema } from '../../auth/sessions/sessions.ts';
import type { ApiDeps } from '../../deps.ts';
import { type AnyRoute, type Call, route } from '../../http/route.ts';
import { adminEdit, noContent } from '../change.ts';

const PATH = '/api/v1/admin/staff/{id}';
const params = z.object({ id: z.uuid() });

/** An action on a staff account. It runs with the administrators locked and returns the fields for the audit log. */
interface AdminAction {
  method: 'post' | 'delete';
  path: string;
  action: string;
  summary: string;
  errors?: ErrorCode[];
  work(deps: ApiDeps, tx: Tx, staff: { account: Account; role: Role; admins: Role }): Promise<Changed>;
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
    async work(_deps, tx, { account, admins }) {
      await refuseLastAdmin(tx, admins, account);
      return setStatus(tx, account, 'blocked');
    },
  },
  {
    method: 'post',
    path: `${PATH}/unblock`,
    action: 'staff.unblock',
    summary: 'Unblock a staff member',
    work: (_deps, tx, { account }) => setStatus(tx, account, 'active'),
  },
  {
    method: 'post',
    path: `${PATH}/invitation`,
    action: 'staff.invite-again',
    summary: 'Send a new invitation to a staff member; the previous one stops working',
    async work(deps, tx, { account }) {
      if (account.passwordHash !== null)
        throw refused('ACCOUNT_STATE_CONFLICT', { reason: 'the staff member has already chosen a password' });
      await sendInvitation(deps, tx, account.id);
      return { before: null, after: null };
    },
  },
  {
    method: 'post',
    path: `${PATH}/mfa/reset`,
    action: 'staff.reset-mfa',
    summary: 'Reset the second factor of a staff member and end all sessions',
    async work(_deps, tx, { account }) {
      if (!account.hasMfa) throw refused('MFA_NOT_SET_UP');
      account.removeTotp();
      account.updatedAt = tx.now;
      await tx.query(`delete from recovery_codes where account_id = $1`, [account.id]);
      await revokeSessions(tx, { accountId: account.id, because: 'revoked' });
      return { before: { mfa: true }, after: { mfa: false } };
    },
  },
  {
    method: 'delete',
    path: PATH,
    action: 'staff.erase',
    summary: 'Erase a staff member permanently and revoke their API keys',
    errors: ['LAST_ADMIN'],
    async work(deps, tx, { account, admins, role }) {
      await refuseLastAdmin(tx, admins, account);
      await anonymiseAccount(tx, deps.vault, account);
      await tx.query(`update api_keys set revoked_at = now() where created_by = $1 and revoked_at is null`, [
        account.id,
      ]);
      return { before: { status: 'active', role: role.name }, after: { status: 'erased' } };
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
        const staff = await lockForAction(tx, call);
        const changed = await work(deps, tx, staff);
        return { answer: noContent, target: { type: 'staff', id }, ...changed };
      };
      return withoutBody(adminEdit(deps, call, { action, scope: id, work: auditedWork }));
    },
  });

/**
 * Locks the administrators, then the account.
 * @throws STAFF_NOT_FOUND, PERMISSION_ESCALATION, ACCOUNT_STATE_CONFLICT for the caller's own account
 */
async function lockForAction(tx: Tx, { principal, params: { id } }: Call<{ id: string }, unknown, unknown>) {
  const admins = await lockAdmins(tx);
  const staff = await lockStaff(tx, id);
  refuseSelf(requireStaff(principal), id);
  refuseEscalation(requireStaff(principal), staff.role.permissions);
  return { ...staff, admins };
}

/** Sends the e-mail with the link to choose a first password; earlier links stop working. */
export async function sendInvitation({ queues }: ApiDeps, tx: Tx, accountId: string): Promise<void> {
  await voidTokens(tx, accountId, ['invitation']);
  const tokenId = await issueToken(tx, { accountId, purpose: 'invitation' });
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
        const count = await revokeSessions(tx, { accountId: id, because: 'revoked', only: sessionId });
        if (count === 0) throw refused('SESSION_NOT_FOUND', { sessionId });
        return { answer: noContent, target: { type: 'staff', id }, before: null, after: { ended: sessionId } };
      };
      return withoutBody(adminEdit(deps, call, { action: 'staff.end-session', scope: sessionId, work }));
    },
  });
