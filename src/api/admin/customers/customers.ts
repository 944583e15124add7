import { z } from 'zod';
import { refused } from '../../../domain/errors.ts';
import { type Changed, setStatus } from '../../../entities/access/account-status.ts';
import { CONCEALED } from '../../../entities/access/audit.ts';
import { revokeSessions } from '../../../entities/access/session.ts';
import type { Account } from '../../../entities/account/account.ts';
import { lockCustomer } from '../../../entities/account/customer.ts';
import { finaliseEmailChanges, isResetHeld, UNDO_DAYS } from '../../../entities/account/email-change.ts';
import { issueResetToken } from '../../../entities/account/password-reset.ts';
import { enqueue } from '../../../entities/outbox/outbox.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { sendAccountEmail } from '../../../jobs/mail.ts';
import { CHANGE_NOTICE, describe } from '../../account/profile.ts';
import { bare } from '../../auth/credentials/passwords.ts';
import type { Principal } from '../../auth/principal.ts';
import type { ApiDeps } from '../../deps.ts';
import { emailSchema, nameSchema, phoneSchema } from '../../fields/person-fields.ts';
import { RequestFault } from '../../http/errors/failure.ts';
import { type AnyRoute, route } from '../../http/route.ts';
import { takenEmail } from '../access/staff.ts';
import { adminEdit, etag, noContent, versioned } from '../change.ts';
import { pageOf, pageQuery, startOf, toPage } from '../list-query.ts';
import { requireVersion } from '../version.ts';
import { adminCustomerSchema, readCustomers } from './customers-view.ts';

const PATH = '/api/v1/admin/customers';
const TAG = 'Customers';
const params = z.object({ id: z.uuid() });
const one = { description: 'The customer', schema: adminCustomerSchema };

/** The shop's customers, as staff look after them. */
export const customerRoutes = (deps: ApiDeps): AnyRoute[] => [
  list(deps),
  read(deps),
  change(deps),
  ...ADMIN_ACTIONS.map((action) => adminActionRoute(deps, action)),
];

const listQuery = z.strictObject({
  ...pageQuery,
  email: emailSchema.optional().meta({ description: 'The whole address: parts of one cannot be searched for.' }),
  groupId: z.uuid().optional(),
  status: z.enum(['active', 'blocked']).optional(),
});

const list = (deps: ApiDeps) =>
  route({
    method: 'get',
    path: PATH,
    permission: 'customers:read',
    access: 'staff',
    summary: 'Customers, newest first',
    tag: TAG,
    query: listQuery,
    answers: { 200: { description: 'One page', schema: pageOf(adminCustomerSchema) } },
    errors: ['CURSOR_INVALID'],
    async handle({ query: { limit, cursor, email, ...filter } }) {
      const { db, vault } = deps;
      const emailIndex = email === undefined ? undefined : vault.indexOf(email);
      const list = { customers: filter, emailIndex };
      const before = startOf(list, cursor);
      const rows = await readCustomers(db.search, vault, { ...filter, emailIndex, before, limit: limit + 1 });
      return { status: 200, body: toPage(list, rows, limit) };
    },
  });

const read = (deps: ApiDeps) =>
  route({
    method: 'get',
    path: `${PATH}/{id}`,
    permission: 'customers:read',
    access: 'staff',
    summary: 'A customer',
    tag: TAG,
    params,
    answers: { 200: one },
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
    summary: 'Change who a customer is; another e-mail address has to be verified anew',
    description: CHANGE_NOTICE,
    tag: TAG,
    params,
    body: changeSchema,
    answers: { 200: one },
    errors: ['CUSTOMER_NOT_FOUND', 'EMAIL_TAKEN'],
    handle(call) {
      const { id } = call.params;
      const work = async (tx: Tx) => {
        const account = await lockCustomer(tx, id);
        requireVersion(call, account.version);
        await describe(deps, tx, { account, wanted: call.body, holdsReset: true });
        await tx.write();
        const [customer] = await readCustomers(tx.query, deps.vault, { id, before: null, limit: 1 });
        if (!customer) throw refused('CUSTOMER_NOT_FOUND', { customerId: id });
        const changed = Object.fromEntries(Object.keys(call.body).map((name) => [name, CONCEALED]));
        return { answer: versioned(customer), target: { type: 'customer', id }, before: changed, after: changed };
      };
      return adminEdit(deps, call, { action: 'customer.change', scope: id, work }).catch(takenEmail);
    },
  });

interface AdminAction {
  verb: string;
  summary: string;
  description?: string;
  /** `customers:update` unless given. */
  permission?: 'customers:update' | 'customers:delete';
  work(deps: ApiDeps, tx: Tx, at: { account: Account; principal: Principal }): Promise<Changed>;
}

const ADMIN_ACTIONS: readonly AdminAction[] = [
  {
    verb: 'block',
    summary: 'Keep a customer from signing in; sessions end',
    work: (_deps, tx, { account }) => setStatus(tx, account, 'blocked'),
  },
  {
    verb: 'unblock',
    summary: 'Let a customer sign in again',
    work: (_deps, tx, { account }) => setStatus(tx, account, 'active'),
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
    summary: 'Send the customer a mail with which to choose another password',
    description: `For ${UNDO_DAYS} days after staff changed a verified e-mail address this needs \`customers:delete\`, unless the change was undone: the mail would go to whom the change names. Customers who ask themselves get no mail meanwhile, and are answered as ever.`,
    async work(deps, tx, { account, principal }) {
      if (!principal.permissions.has('customers:delete') && (await isResetHeld(tx, account.id)))
        throw new RequestFault('FORBIDDEN', { details: { missing: 'customers:delete' } });
      const tokenId = await issueResetToken(tx, account);
      if (!tokenId)
        throw refused('ACCOUNT_STATE_CONFLICT', { reason: 'too many reset mails within an hour; their links work' });
      const payload = { letter: 'reset-password' as const, accountId: account.id, tokenId };
      enqueue(tx, deps.queues, { contract: sendAccountEmail, payload });
      return { before: null, after: null };
    },
  },
  {
    verb: 'finalise-email-change',
    permission: 'customers:delete',
    summary: 'Make the changed e-mail address of a customer final: links to former addresses no longer undo it',
    description: `For a customer who no longer controls the former mailbox: its reader could undo the change for ${UNDO_DAYS} days. Reset mails go to the new address again. 409 \`ACCOUNT_STATE_CONFLICT\` when no change can be undone.`,
    async work(_deps, tx, { account }) {
      const changes = await finaliseEmailChanges(tx, account.id);
      if (changes === 0) throw refused('ACCOUNT_STATE_CONFLICT', { reason: 'no change of the address can be undone' });
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
      const audited = async (tx: Tx) => {
        const changed = await work(deps, tx, { account: await lockCustomer(tx, id), principal: call.principal });
        return { answer: noContent, target: { type: 'customer', id }, ...changed };
      };
      return bare(adminEdit(deps, call, { action: `customer.${verb}`, scope: id, work: audited }));
    },
  });
