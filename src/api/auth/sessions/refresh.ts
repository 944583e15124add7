import { z } from 'zod';
import { refused } from '../../../domain/errors.ts';
import { type Rotation, rotate } from '../../../entities/access/session.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import type { ApiDeps } from '../../deps.ts';
import { type AnyRoute, route } from '../../http/route.ts';
import { edit } from '../../writes/edit.ts';
import type { SignInRealm } from '../sign-in-realm.ts';
import { noStore, tokensOf, tokensSchema } from './session-answer.ts';

/** Exchanges a refresh token, which works once, for a new pair of tokens. */
export const refreshRoute = (deps: ApiDeps, { path, kind, tag }: SignInRealm): AnyRoute =>
  route({
    method: 'post',
    path: `${path}/refresh`,
    permission: 'public',
    access: 'public',
    limit: 'sign-in',
    summary: 'Refresh the tokens',
    description: 'A refresh token works once. A second use ends its session.',
    tag,
    body: z.strictObject({ refreshToken: z.string().min(1).max(200) }),
    answers: { 200: { description: 'The new tokens', schema: tokensSchema } },
    errors: ['REFRESH_TOKEN_INVALID'],
    async handle(call) {
      let rotation: Rotation | undefined;
      const work = async (tx: Tx) => {
        rotation = await rotate(tx, { token: call.body.refreshToken, kind });
        return { status: 200, headers: noStore, body: {} };
      };
      const answer = await edit(deps, call, { name: 'session.refresh', scope: kind, isSecret: true, work });
      // After the commit: a reused token ends its session, and a rollback would undo that.
      if (!rotation) throw refused('REFRESH_TOKEN_INVALID');
      return { ...answer, body: tokensOf(deps, { ...(rotation as Rotation), kind }) };
    },
  });
