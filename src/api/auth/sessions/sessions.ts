import { z } from 'zod';
import { refused } from '../../../domain/errors.ts';
import { listSessions, revokeSessions } from '../../../entities/access/session.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import type { ApiDeps } from '../../deps.ts';
import { type Answer, type AnyRoute, type Call, route } from '../../http/route.ts';
import { edit } from '../../writes/edit.ts';
import { bare } from '../credentials/passwords.ts';
import { ownSession } from '../principal.ts';
import type { SignInRealm } from '../sign-in-realm.ts';

export const sessionSchema = z
  .object({
    id: z.uuid(),
    client: z.string().meta({ description: 'What the client calls itself (User-Agent).' }),
    createdAt: z.iso.datetime(),
    lastUsedAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
    current: z.boolean().meta({ description: 'The one that asks.' }),
  })
  .meta({ id: 'Session' });

const ended = { 204: { description: 'Ended' } };

/** The sessions of one's own account. */
export const sessionRoutes = (deps: ApiDeps, realm: SignInRealm): AnyRoute[] => [
  listOwn(deps, realm),
  logout(deps, realm),
  logoutEverywhere(deps, realm),
  endOne(deps, realm),
];

const listOwn = (deps: ApiDeps, { path, kind, access, tag }: SignInRealm) =>
  route({
    method: 'get',
    path: `${path}/sessions`,
    permission: 'account:read',
    access,
    summary: 'Where you are signed in',
    tag,
    answers: {
      200: { description: 'Live sessions, newest first', schema: z.object({ data: z.array(sessionSchema) }) },
    },
    async handle(call) {
      const { accountId, sessionId } = ownSession(call.principal);
      const sessions = await listSessions(deps.db.query, deps.vault, { accountId, kind });
      return { status: 200, body: { data: sessions.map((one) => ({ ...one, current: one.id === sessionId })) } };
    },
  });

const logout = (deps: ApiDeps, { path, access, tag }: SignInRealm) =>
  route({
    method: 'post',
    path: `${path}/logout`,
    permission: 'account:update',
    access,
    beforeMfa: true,
    summary: 'Sign out here',
    tag,
    answers: ended,
    handle: (call) => end(deps, call, { because: 'logout', only: ownSession(call.principal).sessionId }),
  });

const logoutEverywhere = (deps: ApiDeps, { path, access, tag }: SignInRealm) =>
  route({
    method: 'post',
    path: `${path}/logout-everywhere`,
    permission: 'account:update',
    access,
    summary: 'Sign out everywhere, here too',
    tag,
    answers: ended,
    handle: (call) => end(deps, call, { because: 'logout-everywhere' }),
  });

const endOne = (deps: ApiDeps, { path, access, tag }: SignInRealm) =>
  route({
    method: 'delete',
    path: `${path}/sessions/{id}`,
    permission: 'account:update',
    access,
    summary: 'End one of your sessions',
    tag,
    params: z.object({ id: z.uuid() }),
    answers: ended,
    errors: ['SESSION_NOT_FOUND'],
    handle: (call) => end(deps, call, { because: 'revoked', only: call.params.id }),
  });

function end(
  deps: ApiDeps,
  call: Call<unknown, unknown, unknown>,
  what: Omit<Parameters<typeof revokeSessions>[1], 'accountId'>,
): Promise<Answer> {
  const { accountId } = ownSession(call.principal);
  const work = async (tx: Tx) => {
    const count = await revokeSessions(tx, { accountId, ...what });
    if (count === 0 && what.because === 'revoked') throw refused('SESSION_NOT_FOUND', { sessionId: what.only });
    return { status: 204, headers: {}, body: {} };
  };
  return bare(edit(deps, call, { name: 'session.revoke', scope: accountId, isSecret: true, work }));
}
