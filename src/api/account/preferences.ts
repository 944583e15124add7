import { z } from 'zod';
import { refused } from '../../domain/errors.ts';
import { readPreferences, writePreferences } from '../../entities/account/preferences.ts';
import { holdAccount } from '../../entities/account/privacy/erasure.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { ownSession } from '../auth/principal.ts';
import type { ApiDeps } from '../deps.ts';
import { type AnyRoute, route } from '../http/route.ts';
import { edit } from '../writes/edit.ts';
import { shown } from '../writes/publish-changes.ts';

const MOST = 50;

export const preferencesSchema = z
  .record(z.string().regex(/^[a-z][A-Za-z0-9.-]{0,59}$/), z.union([z.string().max(200), z.number(), z.boolean()]))
  .refine((all) => Object.keys(all).length <= MOST, `must not have more than ${MOST} names`)
  .meta({
    id: 'Preferences',
    override: { maxProperties: MOST },
    description: 'By names that the shop front chooses: language, sizes, newsletter and the like.',
  });

const common = {
  path: '/api/v1/store/account/preferences',
  access: 'customer',
  tag: 'Account',
  answers: { 200: { description: 'All of them', schema: preferencesSchema } },
} as const;

/** What a customer likes. Kept like a session: read from the cache, written through it. */
export const preferenceRoutes = (deps: ApiDeps): AnyRoute[] => [
  route({
    ...common,
    method: 'get',
    permission: 'account:read',
    summary: 'Your preferences',
    async handle({ principal }) {
      const { db, layers, vault } = deps;
      const { accountId } = ownSession(principal);
      return { status: 200, body: await readPreferences({ query: db.query, layers, vault }, accountId) };
    },
  }),
  route({
    ...common,
    method: 'put',
    permission: 'account:update',
    summary: 'Write your preferences anew, all of them',
    body: preferencesSchema,
    errors: ['ACCOUNT_STATE_CONFLICT'],
    handle(call) {
      const { accountId: id } = ownSession(call.principal);
      const preferences = call.body;
      const work = async (tx: Tx) => {
        if (!(await holdAccount(tx, id))) throw refused('ACCOUNT_STATE_CONFLICT');
        await writePreferences(tx, deps.vault, { id, preferences });
        return { status: 200, headers: {}, body: preferences };
      };
      return shown(deps, edit(deps, call, { name: 'account.change', scope: `${id} preferences`, work }));
    },
  }),
];
