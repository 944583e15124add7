import { z } from 'zod';
import { refuseTakenEmail } from '../../../entities/account/account.ts';
import { UNDO_DAYS, undoEmailChange } from '../../../entities/account/email-change.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import type { ApiDeps } from '../../deps.ts';
import { type AnyRoute, route } from '../../http/route.ts';
import { edit } from '../../writes/edit.ts';
import type { SignInRealm } from '../sign-in-realm.ts';
import { withoutBody } from './passwords.ts';

/** Restores a former e-mail address, for an owner whose account was taken over by a change of the address. */
export const undoEmailRoute = (deps: ApiDeps, { path, kind, tag }: SignInRealm): AnyRoute =>
  route({
    method: 'post',
    path: `${path}/email/undo`,
    permission: 'public',
    access: 'public',
    limit: 'sign-in',
    summary: 'Undo a change of the e-mail address',
    description: `When the address of an account changes, the former address, if verified, gets a mail with a token. The token works once, for ${UNDO_DAYS} days. The undo ends every session, and invalidates the links in mails to later addresses. It keeps the password: change the password afterwards.`,
    tag,
    body: z.strictObject({ token: z.string().min(1).max(200) }),
    answers: { 204: { description: 'The former address is restored and verified' } },
    errors: ['LINK_INVALID', 'EMAIL_TAKEN'],
    handle(call) {
      const work = async (tx: Tx) => {
        const account = await undoEmailChange(tx, deps, { kind, token: call.body.token });
        // Claims no guest orders: the intruder may still know the password. A password reset by mail claims them.
        account.verifyEmail(tx.now);
        return { status: 204, headers: {}, body: {} };
      };
      const undone = edit(deps, call, { name: 'account.change', scope: kind, isSecret: true, work });
      return withoutBody(undone).catch(refuseTakenEmail);
    },
  });
