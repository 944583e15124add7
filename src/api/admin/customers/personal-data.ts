import { z } from 'zod';
import { refused } from '../../../domain/errors.ts';
import { eraseCustomer, lockForErasure } from '../../../entities/account/privacy/erasure.ts';
import { exportCustomer } from '../../../entities/account/privacy/export.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { personalDataAnswer, personalDataSchema } from '../../account/personal-data-view.ts';
import { withoutBody } from '../../auth/credentials/passwords.ts';
import type { ApiDeps } from '../../deps.ts';
import { type AnyRoute, route } from '../../http/route.ts';
import { adminEdit, noContent } from '../change.ts';

const PATH = '/api/v1/admin/customers/{id}';
const common = { params: z.object({ id: z.uuid() }), access: 'staff', tag: 'Customers' } as const;

/** Export and erasure of personal data, for customers who request them by post or telephone. */
export const customerDataRoutes = (deps: ApiDeps): AnyRoute[] => [exportData(deps), eraseData(deps)];

const exportData = (deps: ApiDeps) =>
  route({
    ...common,
    method: 'get',
    path: `${PATH}/export`,
    permission: 'customers:read',
    summary: 'Export all data of a customer',
    answers: { 200: { description: 'The data, as a file', schema: personalDataSchema } },
    errors: ['CUSTOMER_NOT_FOUND'],
    async handle({ params: { id } }) {
      const data = await exportCustomer({ query: deps.db.query, vault: deps.vault }, id);
      if (!data) throw refused('CUSTOMER_NOT_FOUND', { customerId: id });
      return personalDataAnswer(data, new Date());
    },
  });

const eraseData = (deps: ApiDeps) =>
  route({
    ...common,
    method: 'post',
    path: `${PATH}/erasure`,
    permission: 'customers:delete',
    summary: 'Erase a customer and all personal data permanently',
    description: '`POST /api/v1/store/account/erasure` describes which order data remains.',
    answers: { 204: { description: 'The customer is erased and all sessions have ended' } },
    errors: ['CUSTOMER_NOT_FOUND', 'CHECKOUT_IN_PROGRESS'],
    idempotent: true,
    handle(call) {
      const { id } = call.params;
      const work = async (tx: Tx) => {
        const account = await lockForErasure(tx, id);
        if (!account) throw refused('CUSTOMER_NOT_FOUND', { customerId: id });
        const before = { status: account.status };
        const invoiced = await eraseCustomer(tx, deps.vault, account);
        const target = { type: 'customer', id };
        return { answer: noContent, target, before, after: { status: account.status, invoiced } };
      };
      return withoutBody(adminEdit(deps, call, { action: 'customer.erase', scope: id, work }));
    },
  });
