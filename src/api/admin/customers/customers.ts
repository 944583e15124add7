import { z } from 'zod';
import { refused } from '../../../domain/errors.ts';
import { CONCEALED } from '../../../entities/access/audit.ts';
import { revokeSessions } from '../../../entities/access/session.ts';
import { type Account, refuseTakenEmail } from '../../../entities/account/account.ts';
import { lockCustomer } from '../../../entities/account/customer.ts';
import { finaliseEmailChanges, isResetSuspended, UNDO_DAYS } from '../../../entities/account/email-change.ts';
import { issueResetToken } from '../../../entities/account/password-reset.ts';
import { enqueue } from '../../../entities/outbox/outbox.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { sendAccountEmail } from '../../../jobs/mail.ts';
import { changeProfile, EMAIL_CHANGE_EFFECTS } from '../../account/profile.ts';
import { withoutBody } from '../../auth/credentials/passwords.ts';
import type { Principal } from '../../auth/principal.ts';
import type { ApiDeps } from '../../deps.ts';
import { emailSchema, nameSchema, phoneSchema } from '../../fields/person-fields.ts';
import { RequestFault } from '../../http/errors/failure.ts';
import { type AnyRoute, route } from '../../http/route.ts';
import { type AuditedAnswer, adminEdit, etag, noContent, versioned } from '../change.ts';
import { pageQuery, pageSchema, paginate, readCursorId } from '../list-query.ts';
import { requireVersion } from '../version.ts';
import { adminCustomerSchema, readCustomers } from './customers-view.ts';

const PATH = '/api/v1/admin/customers';
const TAG = 'Customers';
const params = z.object({ id: z.uuid() });
const customerAnswer = { description: 'The customer', schema: adminCustomerSchema };

/** Customers, managed by staff. */
export const customerRoutes = (deps: ApiDeps): AnyRoute[] => [
  list(deps),
  read(deps),
  change(deps),
  ...ADMIN_ACTIONS.map((action) => adminActionRoute(deps, action)),
];

const listQuery = z.strictObject({
  ...pageQuery,
  email: emailSchema.optional().meta({ description: 'The complete e-mail address; a part of it finds nothing.' }),
  groupId: z.uuid().optional(),
  status: z.enum(['active', 'blocked']).optional(),
});

const list = (deps: ApiDeps) =>
  route({
    method: 'get',
    path: PATH,
    permission: 'customers:read',
    access: 'staff',
    summary: 'List customers, newest first',
    tag: TAG,
    query: listQuery,
    answers: { 200: { description: 'A page of customers', schema: pageSchema(adminCustomerSchema) } },
    errors: ['CURSOR_INVALID'],
    async handle({ query: { limit, cursor, email, ...filter } }) {
      const { db, vault } = deps;
      const emailIndex = email === undefined ? undefined : vault.indexOf(email);
      const list = { customers: filter, emailIndex };
      const before = readCursorId(list, cursor);
      const rows = await readCustomers(db.search, vault, { ...filter, emailIndex, before, limit: limit + 1 });
      return { status: 200, body: paginate(list, rows, limit) };
    },
  });

const read = (deps: ApiDeps) =>
  route({
    method: 'get',
    path: `${PATH}/{id}`,
    permission: 'customers:read',
    access: 'staff',
    summary: 'Retrieve a customer',
    tag: TAG,
    params,
    answers: { 200: customerAnswer },
    errors: ['CUSTOMER_NOT_FOUND'],
    async handle({ params: { id } }) {
      const [customer] = await readCustomers(deps.db.query, deps.vault, { id, before: null, limit: 1 });
      if (!customer) throw refused('CUSTOMER_NOT_FOUND', { customerId: id });
      return { status: 200, body: customer, headers: { ETag: etag(customer.version) } };
    },
  });

const changeSchema = z.strictObject({
  name: nameSchema.optional(),
  phone: phoneSchema.optional(),
  email: emailSchema.optional(),
});

const change = (deps: ApiDeps) =>
  route({
    method: 'patch',
    path: `${PATH}/{id}`,
    permission: 'customers:update',
    access: 'staff',
    versioned: true,
    summary: 'Update a customer; a new e-mail address must be verified again',
    description: EMAIL_CHANGE_EFFECTS,
    tag: TAG,
    params,
    body: changeSchema,
    answers: { 200: customerAnswer },
    errors: ['CUSTOMER_NOT_FOUND', 'EMAIL_TAKEN'],
    handle(call) {
      const { id } = call.params;
      const work = async (tx: Tx) => {
        const account = await lockCustomer(tx, id);
        requireVersion(call, account.version);
        await changeProfile(deps, tx, { account, changes: call.body, holdsReset: true });
        await tx.write();
        const [customer] = await readCustomers(tx.query, deps.vault, { id, before: null, limit: 1 });
        if (!customer) throw refused('CUSTOMER_NOT_FOUND', { customerId: id });
        const changed = Object.fromEntries(Object.keys(call.body).map((name) => [name, CONCEALED]));
        return { answer: versioned(customer), target: { type: 'customer', id }, before: changed, after: changed };
      };
      return adminEdit(deps, call, { action: 'customer.change', scope: id, work }).catch(refuseTakenEmail);
    },
  });

interface AdminAction {
  verb: string;
  summary: string;
  description?: string;
  /** Default: `customers:update`. */
  permission?: 'customers:update' | 'customers:delete';
  work(
    deps: ApiDeps,
    tx: Tx,
    at: { account: Account; principal: Principal },
  ): Promise<Pick<AuditedAnswer, 'before' | 'after'>>;
}

const ADMIN_ACTIONS: readonly AdminAction[] = [
  {
    verb: 'block',
    summary: 'Block a customer and end all sessions',
    async work(_deps, tx, { account }) {
      await account.block(tx);
      return { before: { status: 'active' }, after: { status: 'blocked' } };
    },
  },
  {
    verb: 'unblock',
    summary: 'Unblock a customer',
    async work(_deps, tx, { account }) {
      account.unblock(tx.now);
      return { before: { status: 'blocked' }, after: { status: 'active' } };
    },
  },
  {
    verb: 'logout-everywhere',
    summary: 'End all sessions of a customer',
    async work(_deps, tx, { account }) {
      const ended = await revokeSessions(tx, { accountId: account.id, because: 'revoked' });
      return { before: null, after: { ended } };
    },
  },
  {
    verb: 'password-reset',
    summary: 'Send a password reset e-mail to a customer',
    description: `For ${UNDO_DAYS} days after staff changed a verified e-mail address, this needs \`customers:delete\` unless the change was undone, because the e-mail goes to the new address. During this time, customers who request a reset themselves get the usual answer but no e-mail.`,
    async work(deps, tx, { account, principal }) {
      if (!principal.permissions.has('customers:delete') && (await isResetSuspended(tx, account.id)))
        throw new RequestFault('FORBIDDEN', { details: { missing: 'customers:delete' } });
      const tokenId = await issueResetToken(tx, account);
      if (!tokenId)
        throw refused('ACCOUNT_STATE_CONFLICT', {
          reason: 'too many reset e-mails within an hour; use a link from one of them, or try again later',
        });
      const payload = { letter: 'reset-password' as const, accountId: account.id, tokenId };
      enqueue(tx, deps.queues, { contract: sendAccountEmail, payload });
      return { before: null, after: null };
    },
  },
  {
    verb: 'finalise-email-change',
    permission: 'customers:delete',
    summary: 'Finalise an e-mail change of a customer so that the former address cannot undo it',
    description: `Use it when the customer no longer controls the former mailbox, from which the change could be undone for ${UNDO_DAYS} days. Reset e-mails then go to the new address. Answers 409 \`ACCOUNT_STATE_CONFLICT\` when no change can be undone.`,
    async work(_deps, tx, { account }) {
      const changes = await finaliseEmailChanges(tx, account.id);
      if (changes === 0)
        throw refused('ACCOUNT_STATE_CONFLICT', {
          reason: 'the account has no e-mail change that can still be undone',
        });
      return { before: null, after: { changes } };
    },
  },
];

const adminActionRoute = (
  deps: ApiDeps,
  { verb, summary, description, permission = 'customers:update', work }: AdminAction,
) =>
  route({
    method: 'post',
    path: `${PATH}/{id}/${verb}`,
    permission,
    access: 'staff',
    summary,
    ...(description && { description }),
    tag: TAG,
    params,
    answers: { 204: { description: 'Done' } },
    errors: ['CUSTOMER_NOT_FOUND', 'ACCOUNT_STATE_CONFLICT'],
    handle(call) {
      const { id } = call.params;
      const auditedWork = async (tx: Tx) => {
        const changed = await work(deps, tx, { account: await lockCustomer(tx, id), principal: call.principal });
        return { answer: noContent, target: { type: 'customer', id }, ...changed };
      };
      return withoutBody(adminEdit(deps, call, { action: `customer.${verb}`, scope: id, work: auditedWork }));
    },
  });
