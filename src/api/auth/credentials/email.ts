import { z } from 'zod';
import { refused } from '../../../domain/errors.ts';
import { Account } from '../../../entities/account/account.ts';
import {
  hasMailLeft,
  issueToken,
  MAILS_PER_HOUR,
  redeemToken,
  voidTokens,
} from '../../../entities/account/account-token.ts';
import { enqueue } from '../../../entities/outbox/outbox.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { sendAccountEmail } from '../../../jobs/mail.ts';
import type { ApiDeps } from '../../deps.ts';
import { type AnyRoute, route } from '../../http/route.ts';
import { edit } from '../../writes/edit.ts';
import { customerIn } from '../ownership.ts';
import { ownSession } from '../principal.ts';
import type { SignInRealm } from '../sign-in-realm.ts';
import { bare } from './passwords.ts';
import { proveEmail, verifyEmail } from './proved-email.ts';

const JOINING =
  'With the access token of the same account (`Authorization`), the orders that were placed as a guest with this address join the account, now and later. Without it the address is verified, and no order joins: somebody else may have opened the account. Have the customer sign in first. A password chosen with the token of a mail has orders join, too.';

/** Proving that mails to an address reach the account's owner. */
export const emailRoutes = (deps: ApiDeps, { path, access, kind, tag }: SignInRealm): AnyRoute[] => [
  route({
    method: 'post',
    path: `${path}/email/verify`,
    permission: 'public',
    access: kind === 'customer' ? 'store' : 'public',
    limit: 'sign-in',
    summary: 'Verify the e-mail address with the token of a mail',
    ...(kind === 'customer' && { description: JOINING }),
    tag,
    body: z.strictObject({ token: z.string().min(1).max(200) }),
    answers: { 204: { description: 'Verified' } },
    errors: ['LINK_INVALID'],
    handle(call) {
      const work = async (tx: Tx) => {
        const id = await redeemToken(tx, deps.secret, { token: call.body.token, purposes: ['verify-email'] });
        const account = id === undefined ? null : await tx.lock(Account, { id, kind, status: 'active' });
        if (!account) throw refused('LINK_INVALID');
        await voidTokens(tx, account.id, ['verify-email']);
        // Anybody may have opened the account with this address: the mail alone does not prove whose account it is.
        if (customerIn(call) === account.id) proveEmail(deps, tx, account);
        else verifyEmail(tx, account);
        return { status: 204, headers: {}, body: {} };
      };
      return bare(edit(deps, call, { name: 'account.change', scope: kind, isSecret: true, work }));
    },
  }),
  route({
    method: 'post',
    path: `${path}/email/verification`,
    permission: 'account:update',
    access,
    limit: 'sign-in',
    summary: 'Have the mail sent again that verifies the e-mail address',
    description: `The links of all these mails work until one is used. An account gets at most ${MAILS_PER_HOUR} mails in an hour, an address 20 in a day (UTC) by default; beyond that none is sent, and the answer is the same. A customer whose address was verified without the access token gets one, too.`,
    tag,
    answers: { 202: { description: 'Sent, unless the address needs no more proof' } },
    handle(call) {
      const { accountId: id } = ownSession(call.principal);
      const work = async (tx: Tx) => {
        const account = await tx.lock(Account, { id, status: 'active' });
        const isProved = account?.emailVerifiedAt != null && (account.claimsGuestOrders || kind !== 'customer');
        if (account && !isProved && (await hasMailLeft(tx, { accountId: id, purpose: 'verify-email' })))
          await mailVerification(deps, tx, account);
        return { status: 202, headers: {}, body: {} };
      };
      return bare(edit(deps, call, { name: 'account.change', scope: id, isSecret: true, work }));
    },
  }),
];

/** Sends the mail with which an address is verified. */
export async function mailVerification({ queues }: ApiDeps, tx: Tx, { id: accountId }: Account): Promise<void> {
  const tokenId = await issueToken(tx, { accountId, purpose: 'verify-email' });
  enqueue(tx, queues, { contract: sendAccountEmail, payload: { letter: 'verify-email', accountId, tokenId } });
}
