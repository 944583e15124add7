import { z } from 'zod';
import { endSession, listSessions, revokeSessions } from '../../../entities/access/session.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import type { ApiDeps } from '../../deps.ts';
import { type Answer, type AnyRoute, type Call, route } from '../../http/route.ts';
import { edit } from '../../writes/edit.ts';
import { withoutBody } from '../credentials/passwords.ts';
import { requireSession } from '../principal.ts';
import { refuseSession } from '../session-validity.ts';
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
    handle(call) {
      const { accountId, sessionId: only } = requireSession(call.principal);
      const end = (tx: Tx) => revokeSessions(tx, { accountId, because: 'logout', only });
      return endSessions(deps, call, { ends: only, end });
    },
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
    handle(call) {
      const { accountId, sessionId } = requireSession(call.principal);
      const end = (tx: Tx) => revokeSessions(tx, { accountId, because: 'logout-everywhere' });
      return endSessions(deps, call, { ends: sessionId, end });
    },
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
    handle(call) {
      const { accountId } = requireSession(call.principal);
      const { id } = call.params;
      return endSessions(deps, call, { ends: id, end: (tx) => endSession(tx, { accountId, id }) });
    },
  });

/** Ends sessions. This process refuses the session `ends` at once, other processes and other sessions follow soon. */
async function endSessions(
  deps: ApiDeps,
  call: Call<unknown, unknown, unknown>,
  { ends, end }: { ends: string; end(tx: Tx): Promise<unknown> },
): Promise<Answer> {
  const { accountId: scope } = requireSession(call.principal);
  const work = async (tx: Tx) => {
    await end(tx);
    return { status: 204, headers: {}, body: {} };
  };
  const answer = await withoutBody(edit(deps, call, { name: 'session.revoke', scope, isSecret: true, work }));
  refuseSession(ends);
  return answer;
}
