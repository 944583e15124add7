import { z } from 'zod';
import { endSession, listSessions, revokeSessions } from '../../../entities/access/session.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import type { ApiDeps } from '../../deps.ts';
import { type Answer, type AnyRoute, type Call, route } from '../../http/route.ts';
import { edit } from '../../writes/edit.ts';
import { withoutBody } from '../credentials/passwords.ts';
import { requireSession } from '../principal.ts';
import type { SignInRealm } from '../sign-in-realm.ts';

export const sessionSchema = z
  .object({
    id: z.uuid(),
    client: z.string().meta({ description: 'The User-Agent of the client.' }),
    createdAt: z.iso.datetime(),
    lastUsedAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
    current: z.boolean().meta({ description: 'Whether this is the session of the request.' }),
  })
  .meta({ id: 'Session' });

const ended = { 204: { description: 'Ended' } };

/** Routes to list and end the sessions of the caller's account. */
export const sessionRoutes = (deps: ApiDeps, realm: SignInRealm): AnyRoute[] => [
  listOwnSessions(deps, realm),
  logout(deps, realm),
  logoutEverywhere(deps, realm),
  endOneSession(deps, realm),
];

const listOwnSessions = (deps: ApiDeps, { path, kind, access, tag }: SignInRealm) =>
  route({
    method: 'get',
    path: `${path}/sessions`,
    permission: 'account:read',
    access,
    summary: 'List sessions',
    tag,
    answers: {
      200: { description: 'Active sessions, newest first', schema: z.object({ data: z.array(sessionSchema) }) },
    },
    async handle(call) {
      const { accountId, sessionId } = requireSession(call.principal);
      const sessions = await listSessions(deps.db.query, deps.vault, { accountId, kind });
      return {
        status: 200,
        body: { data: sessions.map((session) => ({ ...session, current: session.id === sessionId })) },
      };
    },
  });

const logout = (deps: ApiDeps, { path, access, tag }: SignInRealm) =>
  route({
    method: 'post',
    path: `${path}/logout`,
    permission: 'account:update',
    access,
    beforeMfa: true,
    summary: 'End the current session',
    tag,
    answers: ended,
    handle: (call) =>
      endSessions(deps, call, (tx, { accountId, sessionId: only }) =>
        revokeSessions(tx, { accountId, because: 'logout', only }),
      ),
  });

const logoutEverywhere = (deps: ApiDeps, { path, access, tag }: SignInRealm) =>
  route({
    method: 'post',
    path: `${path}/logout-everywhere`,
    permission: 'account:update',
    access,
    summary: 'End all sessions, including the current one',
    tag,
    answers: ended,
    handle: (call) =>
      endSessions(deps, call, (tx, { accountId }) => revokeSessions(tx, { accountId, because: 'logout-everywhere' })),
  });

const endOneSession = (deps: ApiDeps, { path, access, tag }: SignInRealm) =>
  route({
    method: 'delete',
    path: `${path}/sessions/{id}`,
    permission: 'account:update',
    access,
    summary: 'End a session',
    tag,
    params: z.object({ id: z.uuid() }),
    answers: ended,
    errors: ['SESSION_NOT_FOUND'],
    handle: (call) => endSessions(deps, call, (tx, { accountId }) => endSession(tx, { accountId, id: call.params.id })),
  });

function endSessions(
  deps: ApiDeps,
  call: Call<unknown, unknown, unknown>,
  end: (tx: Tx, caller: { accountId: string; sessionId: string }) => Promise<unknown>,
): Promise<Answer> {
  const caller = requireSession(call.principal);
  const work = async (tx: Tx) => {
    await end(tx, caller);
    return { status: 204, headers: {}, body: {} };
  };
  return withoutBody(edit(deps, call, { name: 'session.revoke', scope: caller.accountId, isSecret: true, work }));
}
