import { z } from 'zod';
import { refused } from '../../../domain/errors.ts';
import { UNDO_DAYS, undoEmailChange } from '../../../entities/account/email-change.ts';
import { isDuplicate } from '../../../infra/database/database.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import type { ApiDeps } from '../../deps.ts';
import { type AnyRoute, route } from '../../http/route.ts';
import { edit } from '../../writes/edit.ts';
import type { SignInRealm } from '../sign-in-realm.ts';
import { bare } from './passwords.ts';
import { verifyEmail } from './proved-email.ts';

/** Putting a former e-mail address back, for an owner whose account was taken over by a change of it. */
export const undoEmailRoute = (deps: ApiDeps, { path, kind, tag }: SignInRealm): AnyRoute =>
  route({
    method: 'post',
    path: `${path}/email/undo`,
    permission: 'public',
    access: 'public',
    limit: 'sign-in',
    summary: 'Undo a change of the e-mail address with the token of a mail; every session ends',
    description: `When the address of an account changes, the mail goes to the former address if that was verified. Its token works once, for ${UNDO_DAYS} days. Links to later addresses of the account end with it. The password stays: choose another one afterwards.`,
    tag,
    body: z.strictObject({ token: z.string().min(1).max(200) }),
    answers: { 204: { description: 'The former address is back, and verified' } },
    errors: ['LINK_INVALID', 'EMAIL_TAKEN'],
    handle(call) {
      const work = async (tx: Tx) => {
        const account = await undoEmailChange(tx, deps, { kind, token: call.body.token });
        // The password stays, which somebody else may know: orders of guests wait until another is chosen by a mail.
        verifyEmail(tx, account);
        return { status: 204, headers: {}, body: {} };
      };
      const undone = edit(deps, call, { name: 'account.change', scope: kind, isSecret: true, work });
      return bare(undone).catch((error) => {
        throw isDuplicate(error) ? refused('EMAIL_TAKEN') : error;
      });
    },
  });
