import { z } from 'zod';
import { refused } from '../../../domain/errors.ts';
import { Account } from '../../../entities/account/account.ts';
import { MAILS_PER_HOUR, redeemToken } from '../../../entities/account/account-token.ts';
import { setPassword } from '../../../entities/account/password.ts';
import { requestReset } from '../../../entities/account/password-reset.ts';
import { enqueue } from '../../../entities/outbox/outbox.ts';
import { isPasswordOf } from '../../../infra/crypto/password.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { sendAccountEmail, startPasswordReset } from '../../../jobs/mail.ts';
import type { ApiDeps } from '../../deps.ts';
import { emailSchema } from '../../fields/person-fields.ts';
import { type Answer, type AnyRoute, type Call, route } from '../../http/route.ts';
import { edit } from '../../writes/edit.ts';
import { requireSession } from '../principal.ts';
import { currentPasswordSchema } from '../sessions/sign-in.ts';
import type { SignInRealm } from '../sign-in-realm.ts';
import { guardAgainstBruteForce, limitMailRequests } from './brute-force-guard.ts';
import { verifyEmailAndClaimOrders } from './proved-email.ts';

/** Requires a length, and no kinds of characters (NIST SP 800-63B, 5.1.1.2). */
export const newPasswordSchema = z.string().min(8).max(256).meta({ description: '8 to 256 characters.' });

const done = { 204: { description: 'Done' } };

/** Routes to change a password, and to reset a forgotten one. */
export const passwordRoutes = (deps: ApiDeps, realm: SignInRealm): AnyRoute[] => [
  changePassword(deps, realm),
  requestPasswordReset(deps, realm),
  resetPassword(deps, realm),
];

const changePassword = (deps: ApiDeps, { path, access, tag }: SignInRealm) =>
  route({
    method: 'post',
    path: `${path}/password`,
    permission: 'account:update',
    access,
    limit: 'sign-in',
    summary: 'Change the password',
    description: 'Every other session of the account ends.',
    tag,
    body: z.strictObject({ currentPassword: currentPasswordSchema, newPassword: newPasswordSchema }),
    answers: done,
    errors: ['PASSWORD_WRONG', 'PASSWORD_UNSUITABLE'],
    async handle(call) {
      const { currentPassword, newPassword } = call.body;
      const { accountId, sessionId } = requireSession(call.principal);
      const passwordHash = await verifyOwnPassword(deps, call, currentPassword);
      const work = async (tx: Tx) => {
        const account = await tx.lock(Account, { id: accountId, passwordHash });
        if (!account) throw refused('PASSWORD_WRONG');
        await setPasswordAndWarn(deps, tx, { account, password: newPassword, except: sessionId });
        return noContent;
      };
      return withoutBody(edit(deps, call, { name: 'account.change', scope: accountId, isSecret: true, work }));
    },
  });

const requestPasswordReset = (deps: ApiDeps, { path, kind, tag }: SignInRealm) =>
  route({
    method: 'post',
    path: `${path}/password/forgotten`,
    permission: 'public',
    access: 'public',
    limit: 'sign-in',
    summary: 'Request a password reset mail',
    description: `Each link is valid for one hour, until one of them is used. An account gets at most ${MAILS_PER_HOUR} mails an hour. The answer is the same when no mail is sent.`,
    tag,
    body: z.strictObject({ email: emailSchema }),
    answers: { 202: { description: 'Accepted; the account gets a mail if it exists' } },
    async handle(call) {
      const emailIndex = deps.vault.indexOf(call.body.email);
      await limitMailRequests(deps.limits, { account: `${kind} ${emailIndex}`, address: call.raw.request.ip ?? '' });
      const work = async (tx: Tx) => {
        const requestId = requestReset(tx, { kind, emailIndex });
        enqueue(tx, deps.queues, { contract: startPasswordReset, payload: { requestId } });
        return { status: 202, headers: {}, body: {} };
      };
      return withoutBody(edit(deps, call, { name: 'account.change', scope: kind, isSecret: true, work }));
    },
  });

const resetPassword = (deps: ApiDeps, { path, kind, tag }: SignInRealm) =>
  route({
    method: 'post',
    path: `${path}/password/reset`,
    permission: 'public',
    access: 'public',
    limit: 'sign-in',
    summary: 'Reset the password with the token of a mail',
    description: 'Every session of the account ends.',
    tag,
    body: z.strictObject({ token: z.string().min(1).max(200), newPassword: newPasswordSchema }),
    answers: done,
    errors: ['LINK_INVALID', 'PASSWORD_UNSUITABLE'],
    handle(call) {
      const work = async (tx: Tx) => {
        await setPasswordWithToken(deps, tx, { kind, ...call.body });
        return noContent;
      };
      return withoutBody(edit(deps, call, { name: 'account.change', scope: kind, isSecret: true, work }));
    },
  });

/**
 * Sets the first or a new password of the account whose owner got the token by mail. The token also proves the ownership
 * of the e-mail address.
 * @throws LINK_INVALID; PASSWORD_UNSUITABLE, after which the token stays valid.
 */
export async function setPasswordWithToken(
  deps: ApiDeps,
  tx: Tx,
  { kind, token, newPassword }: { kind: 'customer' | 'staff'; token: string; newPassword: string },
): Promise<void> {
  const id = await redeemToken(tx, deps.secret, { token, purposes: ['reset-password', 'invitation'] });
  const account = id === undefined ? null : await tx.lock(Account, { id, kind, status: 'active' });
  if (!account) throw refused('LINK_INVALID');
  await setPasswordAndWarn(deps, tx, { account, password: newPassword });
  verifyEmailAndClaimOrders(deps, tx, account);
}

/** Sets a password. Warns the owner of the former one, in case somebody else changed it. @throws PASSWORD_UNSUITABLE */
async function setPasswordAndWarn(
  { vault, queues }: ApiDeps,
  tx: Tx,
  change: Parameters<typeof setPassword>[2],
): Promise<void> {
  const hadPassword = await setPassword(tx, vault, change);
  const payload = { letter: 'password-changed' as const, accountId: change.account.id };
  if (hadPassword) enqueue(tx, queues, { contract: sendAccountEmail, payload });
}

/**
 * Checks the password of the caller's own account; each check counts as a guess.
 * @returns the password hash: compare it again after locking the account. @throws PASSWORD_WRONG, TOO_MANY_REQUESTS.
 */
export async function verifyOwnPassword(
  { db, limits }: ApiDeps,
  { principal, raw }: Pick<Call<unknown, unknown, unknown>, 'principal' | 'raw'>,
  password: string,
): Promise<string> {
  const { accountId } = requireSession(principal);
  const { forgive } = await guardAgainstBruteForce(limits, { account: accountId, address: raw.request.ip ?? '' });
  const [row] = await db.query<{ hash: string | null }>(`select password_hash as hash from accounts where id = $1`, [
    accountId,
  ]);
  if (!(await isPasswordOf(row?.hash ?? null, password))) throw refused('PASSWORD_WRONG');
  await forgive();
  return row?.hash ?? '';
}

const noContent = { status: 204, headers: {}, body: {} };

/** Removes the body from an answer. */
export const withoutBody = async (answer: Promise<Answer>): Promise<Answer> => {
  const { status, headers = {} } = await answer;
  return { status, headers };
};
