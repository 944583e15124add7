import { z } from 'zod';
import { CONCEALED } from '../../../entities/access/audit.ts';
import { addAddress, changeAddress, listAddresses, removeAddress } from '../../../entities/account/address.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { addressChangeSchema, newAddressSchema, savedAddressSchema } from '../../account/addresses.ts';
import { withoutBody } from '../../auth/credentials/passwords.ts';
import type { ApiDeps } from '../../deps.ts';
import { type AnyRoute, route } from '../../http/route.ts';
import { adminEdit, noContent, versioned } from '../change.ts';
import { requireVersion } from '../version.ts';

const PATH = '/api/v1/admin/customers/{id}/addresses';
const params = z.object({ id: z.uuid() });
const addressParams = params.extend({ addressId: z.uuid() });
const addressAnswer = { description: 'The address', schema: savedAddressSchema };
const common = { tag: 'Customers', permission: 'customers:update', access: 'staff' } as const;

/** The addresses of a customer, managed by staff. */
export const customerAddressRoutes = (deps: ApiDeps): AnyRoute[] => [list(deps), add(deps), change(deps), remove(deps)];

const list = (deps: ApiDeps) =>
  route({
    ...common,
    method: 'get',
    path: PATH,
    permission: 'customers:read',
    summary: 'List the addresses of a customer, default first',
    params,
    answers: { 200: { description: 'All addresses', schema: z.object({ data: z.array(savedAddressSchema) }) } },
    handle: async ({ params: { id } }) => ({
      status: 200,
      body: { data: await listAddresses(deps.db.query, deps.vault, id) },
    }),
  });

const add = (deps: ApiDeps) =>
  route({
    ...common,
    method: 'post',
    path: PATH,
    summary: 'Add an address to a customer',
    params,
    body: newAddressSchema,
    answers: { 201: addressAnswer },
    errors: ['CUSTOMER_NOT_FOUND', 'QUANTITY_LIMIT_EXCEEDED'],
    idempotent: true,
    handle(call) {
      const { isDefault, ...address } = call.body;
      const { id: accountId } = call.params;
      const work = async (tx: Tx) => {
        const body = await addAddress(tx, deps.vault, { accountId, address, isDefault });
        return { answer: versioned(body, 201), target: target(accountId), before: null, after: concealed(body.id) };
      };
      return adminEdit(deps, call, { action: 'customer.add-address', scope: accountId, work });
    },
  });

const change = (deps: ApiDeps) =>
  route({
    ...common,
    method: 'patch',
    path: `${PATH}/{addressId}`,
    versioned: true,
    summary: 'Replace an address of a customer, or make it the default',
    params: addressParams,
    body: addressChangeSchema,
    answers: { 200: addressAnswer },
    errors: ['CUSTOMER_NOT_FOUND', 'ADDRESS_NOT_FOUND'],
    handle(call) {
      const { id: accountId, addressId: id } = call.params;
      const work = async (tx: Tx) => {
        const checkVersion = (version: number) => requireVersion(call, version);
        const body = await changeAddress(tx, deps.vault, { accountId, id, ...call.body, checkVersion });
        return { answer: versioned(body), target: target(accountId), before: concealed(id), after: concealed(id) };
      };
      return adminEdit(deps, call, { action: 'customer.change-address', scope: id, work });
    },
  });

const remove = (deps: ApiDeps) =>
  route({
    ...common,
    method: 'delete',
    path: `${PATH}/{addressId}`,
    summary: 'Delete an address of a customer',
    params: addressParams,
    answers: { 204: { description: 'Deleted' } },
    errors: ['CUSTOMER_NOT_FOUND', 'ADDRESS_NOT_FOUND'],
    handle(call) {
      const { id: accountId, addressId: id } = call.params;
      const work = async (tx: Tx) => {
        await removeAddress(tx, { accountId, id });
        return { answer: noContent, target: target(accountId), before: concealed(id), after: null };
      };
      return withoutBody(adminEdit(deps, call, { action: 'customer.remove-address', scope: id, work }));
    },
  });

const target = (id: string) => ({ type: 'customer', id });
const concealed = (addressId: string) => ({ addressId, address: CONCEALED });
