import { z } from 'zod';
import { refused } from '../../domain/errors.ts';
import { eraseCustomer, lockForErasure } from '../../entities/account/privacy/erasure.ts';
import { exportCustomer } from '../../entities/account/privacy/export.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { verifyOwnPassword, withoutBody } from '../auth/credentials/passwords.ts';
import { requireSession } from '../auth/principal.ts';
import { currentPasswordSchema } from '../auth/sessions/sign-in.ts';
import type { ApiDeps } from '../deps.ts';
import { RequestFault } from '../http/errors/failure.ts';
import { type AnyRoute, route } from '../http/route.ts';
import { edit } from '../writes/edit.ts';
import { afterPublish } from '../writes/publish-changes.ts';
import { personalDataAnswer, personalDataSchema } from './personal-data-view.ts';

/** The routes by which customers export and erase their personal data (DPDP Act 2023, sections 11 and 12). */
export const personalDataRoutes = (deps: ApiDeps): AnyRoute[] => [exportOwn(deps), eraseOwn(deps)];

const exportOwn = (deps: ApiDeps) =>
  route({
    method: 'get',
    path: '/api/v1/store/account/export',
    permission: 'account:read',
    access: 'customer',
    summary: 'Export your personal data',
    tag: 'Account',
    answers: { 200: { description: 'All personal data, as a JSON file', schema: personalDataSchema } },
    async handle(call) {
      const files = { query: deps.db.query, vault: deps.vault };
      const data = await exportCustomer(files, requireSession(call.principal).accountId);
      if (!data) throw new RequestFault('CREDENTIALS_INVALID');
      return personalDataAnswer(data, new Date());
    },
  });

const eraseOwn = (deps: ApiDeps) =>
  route({
    method: 'post',
    path: '/api/v1/store/account/erasure',
    permission: 'account:update',
    access: 'customer',
    limit: 'sign-in',
    summary: 'Erase your account and your personal data permanently',
    description:
      'Orders stay without your name; invoices of ₹50,000 and more must keep the name. Fails while a checkout is open.',
    tag: 'Account',
    body: z.strictObject({ password: currentPasswordSchema }),
    answers: { 204: { description: 'The account is erased and all its sessions are revoked' } },
    errors: ['PASSWORD_WRONG', 'CHECKOUT_IN_PROGRESS'],
    async handle(call) {
      const { accountId } = requireSession(call.principal);
      const passwordHash = await verifyOwnPassword(deps, call, call.body.password);
      const work = async (tx: Tx) => {
        const account = await lockForErasure(tx, accountId);
        // The password may have changed, or the account been erased, since the password was verified.
        if (account?.passwordHash !== passwordHash) throw refused('PASSWORD_WRONG');
        await eraseCustomer(tx, deps.vault, account);
        return { status: 204, headers: {}, body: {} };
      };
      return withoutBody(
        afterPublish(deps, edit(deps, call, { name: 'account.change', scope: accountId, isSecret: true, work })),
      );
    },
  });
