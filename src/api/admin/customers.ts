import { z } from 'zod';
import { refused } from '../../domain/errors.ts';
import type { Account } from '../../entities/people/account.ts';
import { CONCEALED } from '../../entities/people/audit.ts';
import { lockCustomer } from '../../entities/people/customer.ts';
import { revokeSessions } from '../../entities/people/session.ts';
import { type Changed, setStatus } from '../../entities/people/standing.ts';
import type { Tx } from '../../infra/unit-of-work.ts';
import { describe } from '../account/profile.ts';
import { bare, mailReset } from '../auth/passwords.ts';
import type { ApiDeps } from '../deps.ts';
import { emailSchema, nameSchema, phoneSchema } from '../person-fields.ts';
import { type AnyRoute, route } from '../route.ts';
import { adminCustomerSchema, readCustomers } from '../views/customers.ts';
import { adminEdit, etag, noContent, versioned } from './change.ts';
import { pageOf, pageQuery, startOf, toPage } from './page.ts';
import { takenEmail } from './staff.ts';
import { requireVersion } from './version.ts';

const PATH = '/api/v1/admin/customers';
const TAG = 'Customers';
const params = z.object({ id: z.uuid() });
const one = { description: 'The customer', schema: adminCustomerSchema };

/** The shop's customers, as staff look after them. */
export const customerRoutes = (deps: ApiDeps): AnyRoute[] => [
  list(deps),
  read(deps),
  change(deps),
  ...DEEDS.map((deed) => deedRoute(deps, deed)),
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
      const rows = await readCustomers(db.query, vault, { ...filter, emailIndex, before, limit: limit + 1 });
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
        await describe(deps, tx, { account, wanted: call.body });
        await tx.write();
        const [customer] = await readCustomers(tx.query, deps.vault, { id, before: null, limit: 1 });
        if (!customer) throw refused('CUSTOMER_NOT_FOUND', { customerId: id });
        const changed = Object.fromEntries(Object.keys(call.body).map((name) => [name, CONCEALED]));
        return { answer: versioned(customer), target: { type: 'customer', id }, before: changed, after: changed };
      };
      return adminEdit(deps, call, { action: 'customer.change', scope: id, work }).catch(takenEmail);
    },
  });

interface Deed {
  verb: string;
  summary: string;
  work(deps: ApiDeps, tx: Tx, account: Account): Promise<Changed>;
}

const DEEDS: readonly Deed[] = [
  {
    verb: 'block',
    summary: 'Keep a customer from signing in; sessions end',
    work: (_deps, tx, account) => setStatus(tx, account, 'blocked'),
  },
  {
    verb: 'unblock',
    summary: 'Let a customer sign in again',
    work: (_deps, tx, account) => setStatus(tx, account, 'active'),
  },
  {
    verb: 'logout-everywhere',
    summary: 'End all sessions of a customer',
    async work(_deps, tx, account) {
      const ended = await revokeSessions(tx, { accountId: account.id, because: 'revoked' });
      return { before: null, after: { ended } };
    },
  },
  {
    verb: 'password-reset',
    summary: 'Send the customer a mail with which to choose another password',
    async work(deps, tx, account) {
      if (!(await mailReset(deps, tx, account)))
        throw refused('ACCOUNT_STATE_CONFLICT', { reason: 'too many reset mails within an hour; their links work' });
      return { before: null, after: null };
    },
  },
];

const deedRoute = (deps: ApiDeps, { verb, summary, work }: Deed) =>
  route({
    method: 'post',
    path: `${PATH}/{id}/${verb}`,
    permission: 'customers:update',
    access: 'staff',
    summary,
    tag: TAG,
    params,
    answers: { 204: { description: 'Done' } },
    errors: ['CUSTOMER_NOT_FOUND', 'ACCOUNT_STATE_CONFLICT'],
    handle(call) {
      const { id } = call.params;
      const audited = async (tx: Tx) => {
        const changed = await work(deps, tx, await lockCustomer(tx, id));
        return { answer: noContent, target: { type: 'customer', id }, ...changed };
      };
      return bare(adminEdit(deps, call, { action: `customer.${verb}`, scope: id, work: audited }));
    },
  });
