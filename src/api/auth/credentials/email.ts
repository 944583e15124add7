import { z } from 'zod';
import { refused } from '../../../domain/errors.ts';
import { Account } from '../../../entities/account/account.ts';
import {
  issueToken,
  MAILS_PER_HOUR,
  mayRequestEmail,
  redeemToken,
  voidTokens,
} from '../../../entities/account/account-token.ts';
import { enqueue } from '../../../entities/outbox/outbox.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { sendAccountEmail } from '../../../jobs/mail.ts';
import type { ApiDeps } from '../../deps.ts';
import { type AnyRoute, route } from '../../http/route.ts';
import { edit } from '../../writes/edit.ts';
import { customerIdOf } from '../ownership.ts';
import { requireSession } from '../principal.ts';
import type { SignInRealm } from '../sign-in-realm.ts';
import { withoutBody } from './passwords.ts';
import { verifyEmailAndClaimOrders } from './proved-email.ts';

const GUEST_ORDERS_NOTE =
  'With the access token of the same account (`Authorization`), all guest orders with this address move to the account, now and later. Without it, only the address is verified and no order moves, as somebody else may have opened the account: let the customer sign in first. A password reset with the token of a mail also moves the guest orders.';

/** Routes to verify the e-mail address of an account. */
export const emailRoutes = (deps: ApiDeps, realm: SignInRealm): AnyRoute[] => [
  verifyRoute(deps, realm),
  sendAgainRoute(deps, realm),
];

const verifyRoute = (deps: ApiDeps, { path, kind, tag }: SignInRealm): AnyRoute =>
  route({
    method: 'post',
    path: `${path}/email/verify`,
    permission: 'public',
    access: kind === 'customer' ? 'store' : 'public',
    limit: 'sign-in',
    summary: 'Verify the e-mail address',
    ...(kind === 'customer' && { description: GUEST_ORDERS_NOTE }),
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
        // Anybody can open an account with this address: the mail alone does not prove who owns the account.
        if (customerIdOf(call) === account.id) verifyEmailAndClaimOrders(deps, tx, account);
        else account.verifyEmail(tx.now);
        return { status: 204, headers: {}, body: {} };
      };
      return withoutBody(edit(deps, call, { name: 'account.change', scope: kind, isSecret: true, work }));
    },
  });

const sendAgainRoute = (deps: ApiDeps, { path, access, tag }: SignInRealm): AnyRoute =>
  route({
    method: 'post',
    path: `${path}/email/verification`,
    permission: 'account:update',
    access,
    limit: 'sign-in',
    summary: 'Send the verification mail again',
    description: `Each link is valid until one of them is used. An account gets at most ${MAILS_PER_HOUR} mails an hour, an address 20 a day (UTC) by default. The answer is the same when no mail is sent. A customer whose address was verified without the access token gets a mail, too.`,
    tag,
    answers: { 202: { description: 'Accepted; a mail is sent unless the address is already verified' } },
    handle(call) {
      const { accountId: id } = requireSession(call.principal);
      const work = async (tx: Tx) => {
        const account = await tx.lock(Account, { id, status: 'active' });
        if (
          account &&
          !account.isEmailOfOwner &&
          (await mayRequestEmail(tx, { accountId: id, purpose: 'verify-email' }))
        )
          await sendVerificationEmail(deps, tx, account);
        return { status: 202, headers: {}, body: {} };
      };
      return withoutBody(edit(deps, call, { name: 'account.change', scope: id, isSecret: true, work }));
    },
  });

/** Enqueues the mail whose link verifies the e-mail address. */
export async function sendVerificationEmail({ queues }: ApiDeps, tx: Tx, { id: accountId }: Account): Promise<void> {
  const tokenId = await issueToken(tx, { accountId, purpose: 'verify-email' });
  enqueue(tx, queues, { contract: sendAccountEmail, payload: { letter: 'verify-email', accountId, tokenId } });
}
