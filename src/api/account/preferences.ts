import { z } from 'zod';
import { readPreferences, writePreferences } from '../../entities/account/preferences.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { requireSession } from '../auth/principal.ts';
import type { ApiDeps } from '../deps.ts';
import { type AnyRoute, route } from '../http/route.ts';
import { edit } from '../writes/edit.ts';
import { afterPublish } from '../writes/publish-changes.ts';

const MAX_PREFERENCES = 50;

const preferencesSchema = z
  .record(z.string().regex(/^[a-z][A-Za-z0-9.-]{0,59}$/), z.union([z.string().max(200), z.number(), z.boolean()]))
  .refine((all) => Object.keys(all).length <= MAX_PREFERENCES, `must not have more than ${MAX_PREFERENCES} names`)
  .meta({
    id: 'Preferences',
    override: { maxProperties: MAX_PREFERENCES },
    description: 'Values by names that the shop front chooses, e.g. `{"language": "hi", "newsletter": true}`.',
  });

const common = {
  path: '/api/v1/store/account/preferences',
  access: 'customer',
  tag: 'Account',
  answers: { 200: { description: 'All your preferences', schema: preferencesSchema } },
} as const;

/** The routes of the caller's preferences. They are read from the cache and written through it. */
export const preferenceRoutes = (deps: ApiDeps): AnyRoute[] => [
  route({
    ...common,
    method: 'get',
    permission: 'account:read',
    summary: 'Retrieve your preferences',
    async handle({ principal }) {
      const { db, layers, vault } = deps;
      const { accountId } = requireSession(principal);
      return { status: 200, body: await readPreferences({ query: db.query, layers, vault }, accountId) };
    },
  }),
  route({
    ...common,
    method: 'put',
    permission: 'account:update',
    summary: 'Replace all your preferences',
    body: preferencesSchema,
    errors: ['ACCOUNT_STATE_CONFLICT'],
    handle(call) {
      const { accountId: id } = requireSession(call.principal);
      const preferences = call.body;
      const work = async (tx: Tx) => {
        await writePreferences(tx, deps.vault, { id, preferences });
        return { status: 200, headers: {}, body: preferences };
      };
      return afterPublish(deps, edit(deps, call, { name: 'account.change', scope: `${id} preferences`, work }));
    },
  }),
];
