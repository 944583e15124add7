import { z } from 'zod';
import { lockCustomer } from '../../../entities/account/customer.ts';
import { CustomerGroup, lockCustomerGroup } from '../../../entities/account/customer-group.ts';
import { refuseReferencedByOffers } from '../../../entities/offers/references.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { withoutBody } from '../../auth/credentials/passwords.ts';
import type { ApiDeps } from '../../deps.ts';
import { inTextOrder } from '../../fields/text-order.ts';
import { type AnyRoute, type Call, route } from '../../http/route.ts';
import { adminEdit, noContent, versioned } from '../change.ts';
import { refuseTakenName } from '../taken-name.ts';
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
        const group = CustomerGroup.create(tx, name);
        const target = { type: 'customer-group', id: group.id };
        return { answer: versioned({ ...group, members: 0 }, 201), target, before: null, after: { name } };
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
        const group = await lockCustomerGroup(tx, id);
        requireVersion(call, group.version);
        const before = { name: group.name };
        group.rename(name, tx.now);
        await tx.write();
        const view = { id, name, members: await group.countMembers(tx.query), version: group.version };
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
        const group = await lockCustomerGroup(tx, id);
        await group.remove(tx);
        // A refusal rolls the removal back.
        await refuseReferencedByOffers(tx, [id]);
        const target = { type: 'customer-group', id };
        return { answer: noContent, target, before: { name: group.name }, after: null };
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
    handle: (call) => changeMembership(deps, call, { action: 'customer-group.add', method: 'addMember' }),
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
    handle: (call) => changeMembership(deps, call, { action: 'customer-group.take-out', method: 'removeMember' }),
  });

/** Adds or removes a member. */
function changeMembership(
  deps: ApiDeps,
  call: MemberCall,
  { action, method }: { action: string; method: 'addMember' | 'removeMember' },
) {
  const { id, customerId } = call.params;
  const work = async (tx: Tx) => {
    const group = await lockCustomerGroup(tx, id);
    const customer = await lockCustomer(tx, customerId);
    await group[method](tx, customer.id);
    return { answer: noContent, target: { type: 'customer-group', id }, before: null, after: { customerId } };
  };
  return withoutBody(adminEdit(deps, call, { action, scope: `${id} ${customerId}`, work }));
}
