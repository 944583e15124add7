import { z } from 'zod';
import { refused } from '../../domain/errors.ts';
import { addAddress, changeAddress, listAddresses, removeAddress } from '../../entities/account/address.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { withoutBody } from '../auth/credentials/passwords.ts';
import { requireSession } from '../auth/principal.ts';
import type { ApiDeps } from '../deps.ts';
import { type AnyRoute, route } from '../http/route.ts';
import { addressSchema } from '../store/checkout/address.ts';
import { edit } from '../writes/edit.ts';

const PATH = '/api/v1/store/account/addresses';
const params = z.object({ id: z.uuid() });

export const savedAddressSchema = addressSchema.safeExtend({ id: z.uuid(), isDefault: z.boolean(), version: z.int() });
export const newAddressSchema = addressSchema.safeExtend({
  isDefault: z.boolean().default(false).meta({
    description: 'Replaces the current default address. Default: `false`; the first address is always the default.',
  }),
});
export const addressChangeSchema = z.strictObject({
  address: addressSchema.optional(),
  isDefault: z
    .literal(true)
    .optional()
    .meta({ description: '`true` makes this address the default. To unset it, make another address the default.' }),
});

/** The routes of the caller's saved addresses. */
export const addressRoutes = (deps: ApiDeps): AnyRoute[] => [
  list(deps),
  read(deps),
  add(deps),
  update(deps),
  remove(deps),
];

const common = { access: 'customer', tag: 'Account' } as const;

const list = (deps: ApiDeps) =>
  route({
    ...common,
    method: 'get',
    path: PATH,
    permission: 'account:read',
    summary: 'List your addresses, the default first',
    answers: { 200: { description: 'All your addresses', schema: z.object({ data: z.array(savedAddressSchema) }) } },
    async handle({ principal }) {
      const data = await listAddresses(deps.db.query, deps.vault, requireSession(principal).accountId);
      return { status: 200, body: { data } };
    },
  });

const read = (deps: ApiDeps) =>
  route({
    ...common,
    method: 'get',
    path: `${PATH}/{id}`,
    permission: 'account:read',
    summary: 'Retrieve one of your addresses',
    params,
    answers: { 200: { description: 'The address', schema: savedAddressSchema } },
    errors: ['ADDRESS_NOT_FOUND'],
    async handle({ principal, params: { id } }) {
      const all = await listAddresses(deps.db.query, deps.vault, requireSession(principal).accountId);
      const address = all.find((one) => one.id === id);
      if (!address) throw refused('ADDRESS_NOT_FOUND', { addressId: id });
      return { status: 200, body: address };
    },
  });

const add = (deps: ApiDeps) =>
  route({
    ...common,
    method: 'post',
    path: PATH,
    permission: 'account:update',
    summary: 'Add an address',
    body: newAddressSchema,
    answers: { 201: { description: 'The address', schema: savedAddressSchema } },
    errors: ['QUANTITY_LIMIT_EXCEEDED'],
    idempotent: true,
    handle(call) {
      const { isDefault, ...address } = call.body;
      const { accountId } = requireSession(call.principal);
      const work = async (tx: Tx) => {
        const body = await addAddress(tx, deps.vault, { accountId, address, isDefault });
        return { status: 201, headers: {}, body };
      };
      return edit(deps, call, { name: 'account.change', scope: 'address', work });
    },
  });

const update = (deps: ApiDeps) =>
  route({
    ...common,
    method: 'patch',
    path: `${PATH}/{id}`,
    permission: 'account:update',
    summary: 'Update one of your addresses, or make it the default',
    params,
    body: addressChangeSchema,
    answers: { 200: { description: 'The address', schema: savedAddressSchema } },
    errors: ['ADDRESS_NOT_FOUND'],
    handle(call) {
      const { id } = call.params;
      const { accountId } = requireSession(call.principal);
      const work = async (tx: Tx) => {
        const body = await changeAddress(tx, deps.vault, { accountId, id, ...call.body });
        return { status: 200, headers: {}, body };
      };
      return edit(deps, call, { name: 'account.change', scope: id, work });
    },
  });

const remove = (deps: ApiDeps) =>
  route({
    ...common,
    method: 'delete',
    path: `${PATH}/{id}`,
    permission: 'account:update',
    summary: 'Delete one of your addresses',
    params,
    answers: { 204: { description: 'Deleted' } },
    errors: ['ADDRESS_NOT_FOUND'],
    handle(call) {
      const { id } = call.params;
      const { accountId } = requireSession(call.principal);
      const work = async (tx: Tx) => {
        await removeAddress(tx, { accountId, id });
        return { status: 204, headers: {}, body: {} };
      };
      return withoutBody(edit(deps, call, { name: 'account.change', scope: id, work }));
    },
  });
