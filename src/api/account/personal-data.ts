import { z } from 'zod';
import { refused } from '../../domain/errors.ts';
import { eraseCustomer, lockForErasure } from '../../entities/account/privacy/erasure.ts';
import { exportCustomer } from '../../entities/account/privacy/export.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { bare, provePassword } from '../auth/credentials/passwords.ts';
import { ownSession } from '../auth/principal.ts';
import { givenPassword } from '../auth/sessions/sign-in.ts';
import type { ApiDeps } from '../deps.ts';
import { RequestFault } from '../http/errors/failure.ts';
import { type AnyRoute, route } from '../http/route.ts';
import { edit } from '../writes/edit.ts';
import { shown } from '../writes/publish-changes.ts';
import { personalDataAnswer, personalDataSchema } from './personal-data-view.ts';

/** What customers may ask of us about their own data (DPDP Act 2023, sections 11 and 12). */
export const personalDataRoutes = (deps: ApiDeps): AnyRoute[] => [exportOwn(deps), eraseOwn(deps)];

const exportOwn = (deps: ApiDeps) =>
  route({
    method: 'get',
    path: '/api/v1/store/account/export',
    permission: 'account:read',
    access: 'customer',
    summary: 'Everything that is kept about you',
    tag: 'Account',
    answers: { 200: { description: 'The data, as a file', schema: personalDataSchema } },
    async handle(call) {
      const files = { query: deps.db.query, vault: deps.vault };
      const data = await exportCustomer(files, ownSession(call.principal).accountId);
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
    summary: 'Erase your account and everything personal, for good',
    description:
      'Orders stay without your name, but invoices of ₹50,000 and more must keep it. Checkouts have to end first.',
    tag: 'Account',
    body: z.strictObject({ password: givenPassword }),
    answers: { 204: { description: 'It is gone, and every session has ended' } },
    errors: ['PASSWORD_WRONG', 'CHECKOUT_IN_PROGRESS'],
    async handle(call) {
      const { accountId } = ownSession(call.principal);
      const passwordHash = await provePassword(deps, call, call.body.password);
      const work = async (tx: Tx) => {
        const account = await lockForErasure(tx, accountId);
        // Since it was checked it may have been changed, or the account erased.
        if (account?.passwordHash !== passwordHash) throw refused('PASSWORD_WRONG');
        await eraseCustomer(tx, deps.vault, account);
        return { status: 204, headers: {}, body: {} };
      };
      return bare(shown(deps, edit(deps, call, { name: 'account.change', scope: accountId, isSecret: true, work })));
    },
  });
