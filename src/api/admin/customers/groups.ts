import { z } from 'zod';
import { refused } from '../../../domain/errors.ts';
import { lockCustomer } from '../../../entities/account/customer.ts';
import { CustomerGroup } from '../../../entities/account/customer-group.ts';
import { refuseReferencedByOffers } from '../../../entities/offers/references.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { newId } from '../../../infra/ids.ts';
import { withoutBody } from '../../auth/credentials/passwords.ts';
import type { ApiDeps } from '../../deps.ts';
import { inTextOrder } from '../../fields/text-order.ts';
import { type AnyRoute, type Call, route } from '../../http/route.ts';
import { refuseTakenName } from '../access/roles.ts';
import { adminEdit, noContent, versioned } from '../change.ts';
import { requireVersion } from '../version.ts';

const PATH = '/api/v1/admin/customer-groups';
const TAG = 'Customer groups';
const params = z.object({ id: z.uuid() });
const body = z.strictObject({ name: z.string().trim().min(1).max(80) });

const groupSchema = z
  .object({ id: z.uuid(), name: z.string(), members: z.int(), version: z.int() })
  .meta({ id: 'CustomerGroup' });
const groupAnswer = { description: 'The group', schema: groupSchema };
const common = { tag: TAG, permission: 'customers:update', access: 'staff' } as const;

/** Customer groups: price lists, pricing rules and discounts can be limited to them. */
export const groupRoutes = (deps: ApiDeps): AnyRoute[] => [
  list(deps),
  create(deps),
  rename(deps),
  remove(deps),
  addMember(deps),
  removeMember(deps),
];

const list = ({ db }: ApiDeps) =>
  route({
    ...common,
    method: 'get',
    path: PATH,
    permission: 'customers:read',
    summary: 'List all customer groups',
    description: 'To list the members of a group, list customers with `groupId`.',
    answers: { 200: { description: 'All groups', schema: z.object({ data: z.array(groupSchema) }) } },
    handle: async () => ({
      status: 200,
      body: {
        data: await db.query(
          `select g.id, g.name, g.version, (select count(*)::int from customer_group_members where group_id = g.id) as members
            from customer_groups g order by ${inTextOrder('g.name')}`,
        ),
      },
    }),
  });

const create = (deps: ApiDeps) =>
  route({
    ...common,
    method: 'post',
    path: PATH,
    summary: 'Create a customer group',
    body,
    answers: { 201: groupAnswer },
    errors: ['NAME_TAKEN'],
    idempotent: true,
    handle(call) {
      const { name } = call.body;
      const work = async (tx: Tx) => {
        const id = newId();
        tx.append('customer_groups', { id, name, version: 1, created_at: tx.now, updated_at: tx.now });
        const target = { type: 'customer-group', id };
        return { answer: versioned({ id, name, members: 0, version: 1 }, 201), target, before: null, after: { name } };
      };
      return adminEdit(deps, call, { action: 'customer-group.create', scope: 'new', work }).catch(refuseTakenName);
    },
  });

const rename = (deps: ApiDeps) =>
  route({
    ...common,
    method: 'patch',
    path: `${PATH}/{id}`,
    versioned: true,
    summary: 'Rename a customer group',
    params,
    body,
    answers: { 200: groupAnswer },
    errors: ['CUSTOMER_GROUP_NOT_FOUND', 'NAME_TAKEN'],
    handle(call) {
      const { id } = call.params;
      const { name } = call.body;
      const work = async (tx: Tx) => {
        const group = await lockGroup(tx, id);
        requireVersion(call, group.version);
        const before = { name: group.name };
        Object.assign(group, { name, updatedAt: tx.now });
        await tx.write();
        const view = { id, name, members: await countMembers(tx, id), version: group.version };
        return { answer: versioned(view), target: { type: 'customer-group', id }, before, after: { name } };
      };
      return adminEdit(deps, call, { action: 'customer-group.rename', scope: id, work }).catch(refuseTakenName);
    },
  });

const remove = (deps: ApiDeps) =>
  route({
    ...common,
    method: 'delete',
    path: `${PATH}/{id}`,
    summary: 'Delete an empty customer group that no offer refers to',
    params,
    answers: { 204: { description: 'Deleted' } },
    errors: ['CUSTOMER_GROUP_NOT_FOUND', 'CUSTOMER_GROUP_IN_USE', 'IN_USE'],
    handle(call) {
      const { id } = call.params;
      const work = async (tx: Tx) => {
        const { name } = await lockGroup(tx, id);
        const members = await countMembers(tx, id);
        if (members > 0) throw refused('CUSTOMER_GROUP_IN_USE', { members });
        await refuseReferencedByOffers(tx, [id]);
        await tx.query(`delete from customer_groups where id = $1`, [id]);
        return { answer: noContent, target: { type: 'customer-group', id }, before: { name }, after: null };
      };
      return withoutBody(adminEdit(deps, call, { action: 'customer-group.remove', scope: id, work }));
    },
  });

const memberParams = params.extend({ customerId: z.uuid() });
type MemberCall = Call<{ id: string; customerId: string }, unknown, unknown>;

const addMember = (deps: ApiDeps) =>
  route({
    ...common,
    method: 'put',
    path: `${PATH}/{id}/members/{customerId}`,
    summary: 'Add a customer to a group',
    params: memberParams,
    answers: { 204: { description: 'The customer is in the group' } },
    errors: ['CUSTOMER_GROUP_NOT_FOUND', 'CUSTOMER_NOT_FOUND'],
    handle: (call) =>
      changeMembership(deps, call, {
        action: 'customer-group.add',
        sql: `insert into customer_group_members (account_id, group_id, added_at) values ($1, $2, now()) on conflict do nothing`,
      }),
  });

const removeMember = (deps: ApiDeps) =>
  route({
    ...common,
    method: 'delete',
    path: `${PATH}/{id}/members/{customerId}`,
    summary: 'Remove a customer from a group',
    params: memberParams,
    answers: { 204: { description: 'The customer is not in the group' } },
    errors: ['CUSTOMER_GROUP_NOT_FOUND', 'CUSTOMER_NOT_FOUND'],
    handle: (call) =>
      changeMembership(deps, call, {
        action: 'customer-group.take-out',
        sql: `delete from customer_group_members where account_id = $1 and group_id = $2`,
      }),
  });

/** Adds or removes a member with the group locked, so that a group that is being deleted gets no member. */
function changeMembership(deps: ApiDeps, call: MemberCall, { action, sql }: { action: string; sql: string }) {
  const { id, customerId } = call.params;
  const work = async (tx: Tx) => {
    await lockGroup(tx, id);
    await lockCustomer(tx, customerId);
    await tx.query(sql, [customerId, id]);
    return { answer: noContent, target: { type: 'customer-group', id }, before: null, after: { customerId } };
  };
  return withoutBody(adminEdit(deps, call, { action, scope: `${id} ${customerId}`, work }));
}

async function lockGroup(tx: Tx, id: string): Promise<CustomerGroup> {
  const group = await tx.lock(CustomerGroup, { id });
  if (!group) throw refused('CUSTOMER_GROUP_NOT_FOUND', { groupId: id });
  return group;
}

async function countMembers(tx: Tx, id: string): Promise<number> {
  const [row] = await tx.query<{ members: number }>(
    `select count(*)::int as members from customer_group_members where group_id = $1`,
    [id],
  );
  return row?.members ?? 0;
}
