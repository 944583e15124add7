import { z } from 'zod';
import { refused } from '../../../domain/errors.ts';
import { revokeSessions } from '../../../entities/access/session.ts';
import { Account } from '../../../entities/account/account.ts';
import { MAILS_PER_HOUR, redeemToken, voidTokens } from '../../../entities/account/account-token.ts';
import { requestReset } from '../../../entities/account/password-reset.ts';
import { enqueue } from '../../../entities/outbox/outbox.ts';
import { hashPassword, isPasswordOf } from '../../../infra/crypto/password.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { sendAccountEmail, startPasswordReset } from '../../../jobs/mail.ts';
import type { ApiDeps } from '../../deps.ts';
import { emailSchema } from '../../fields/person-fields.ts';
import { type Answer, type AnyRoute, type Call, route } from '../../http/route.ts';
import { edit } from '../../writes/edit.ts';
import { ownSession } from '../principal.ts';
import { givenPassword } from '../sessions/sign-in.ts';
import type { SignInRealm } from '../sign-in-realm.ts';
import { guardAgainstBruteForce, limitMailRequests } from './brute-force-guard.ts';
import { proveEmail } from './proved-email.ts';

/** Length is what makes a password strong (NIST SP 800-63B, 5.1.1.2): there are no rules about characters. */
export const chosenPassword = z.string().min(8).max(256);

const done = { 204: { description: 'Done' } };

/** Changing a password, and getting in again without it. */
export const passwordRoutes = (deps: ApiDeps, realm: SignInRealm): AnyRoute[] => [
  changePassword(deps, realm),
  forgotten(deps, realm),
  reset(deps, realm),
];

const changePassword = (deps: ApiDeps, { path, access, tag }: SignInRealm) =>
  route({
    method: 'post',
    path: `${path}/password`,
    permission: 'account:update',
    access,
    limit: 'sign-in',
    summary: 'Choose another password; every other session ends',
    tag,
    body: z.strictObject({ currentPassword: givenPassword, newPassword: chosenPassword }),
    answers: done,
    errors: ['PASSWORD_WRONG', 'PASSWORD_UNSUITABLE'],
    async handle(call) {
      const { currentPassword, newPassword } = call.body;
      const { accountId, sessionId } = ownSession(call.principal);
      const passwordHash = await provePassword(deps, call, currentPassword);
      const work = async (tx: Tx) => {
        const account = await tx.lock(Account, { id: accountId, passwordHash });
        if (!account) throw refused('PASSWORD_WRONG');
        await setPassword(deps, tx, { account, password: newPassword, except: sessionId });
        return nothing;
      };
      return bare(edit(deps, call, { name: 'account.change', scope: accountId, isSecret: true, work }));
    },
  });

const forgotten = (deps: ApiDeps, { path, kind, tag }: SignInRealm) =>
  route({
    method: 'post',
    path: `${path}/password/forgotten`,
    permission: 'public',
    access: 'public',
    limit: 'sign-in',
    summary: 'Have a mail sent with which to choose another password',
    description: `The links of all these mails work for an hour, until one is used. An account gets at most ${MAILS_PER_HOUR} mails in an hour; beyond that none is sent, and the answer is the same.`,
    tag,
    body: z.strictObject({ email: emailSchema }),
    answers: { 202: { description: 'If there is such an account, it gets a mail' } },
    async handle(call) {
      const emailIndex = deps.vault.indexOf(call.body.email);
      await limitMailRequests(deps.limits, { account: `${kind} ${emailIndex}`, address: call.raw.request.ip ?? '' });
      const work = async (tx: Tx) => {
        const requestId = requestReset(tx, { kind, emailIndex });
        enqueue(tx, deps.queues, { contract: startPasswordReset, payload: { requestId } });
        return { status: 202, headers: {}, body: {} };
      };
      return bare(edit(deps, call, { name: 'account.change', scope: kind, isSecret: true, work }));
    },
  });

const reset = (deps: ApiDeps, { path, kind, tag }: SignInRealm) =>
  route({
    method: 'post',
    path: `${path}/password/reset`,
    permission: 'public',
    access: 'public',
    limit: 'sign-in',
    summary: 'Choose a password with the token of a mail; every session ends',
    tag,
    body: z.strictObject({ token: z.string().min(1).max(200), newPassword: chosenPassword }),
    answers: done,
    errors: ['LINK_INVALID', 'PASSWORD_UNSUITABLE'],
    handle(call) {
      const work = async (tx: Tx) => {
        await choosePassword(deps, tx, { kind, ...call.body });
        return nothing;
      };
      return bare(edit(deps, call, { name: 'account.change', scope: kind, isSecret: true, work }));
    },
  });

/**
 * Sets the password of whoever was sent the token, for the first time or anew. The mail arrived: so the address is theirs.
 * @throws LINK_INVALID, PASSWORD_UNSUITABLE; then the token works still.
 */
export async function choosePassword(
  deps: ApiDeps,
  tx: Tx,
  { kind, token, newPassword }: { kind: 'customer' | 'staff'; token: string; newPassword: string },
): Promise<void> {
  const id = await redeemToken(tx, deps.secret, { token, purposes: ['reset-password', 'invitation'] });
  const account = id === undefined ? null : await tx.lock(Account, { id, kind, status: 'active' });
  if (!account) throw refused('LINK_INVALID');
  await setPassword(deps, tx, { account, password: newPassword });
  proveEmail(deps, tx, account);
}

async function setPassword(
  { vault, queues }: ApiDeps,
  tx: Tx,
  { account, password, except }: { account: Account; password: string; except?: string },
): Promise<void> {
  refuseUnsuitable(password, account.person(vault));
  const hadOne = account.passwordHash !== null;
  account.passwordHash = await hashPassword(password);
  account.updatedAt = tx.now;
  await voidTokens(tx, account.id, ['reset-password', 'invitation']);
  await revokeSessions(tx, { accountId: account.id, because: 'password', ...(except && { except }) });
  // Whoever did not do this themselves has to hear of it.
  const payload = { letter: 'password-changed' as const, accountId: account.id };
  if (hadOne) enqueue(tx, queues, { contract: sendAccountEmail, payload });
}

/** @throws PASSWORD_UNSUITABLE for what everybody would try first. */
export function refuseUnsuitable(password: string, { email, name }: { email: string; name: string }): void {
  const isSame = (text: string) => text.trim().toLowerCase() === password.trim().toLowerCase();
  if (isSame(email) || isSame(name)) throw refused('PASSWORD_UNSUITABLE');
}

/**
 * Checks the password of the caller's own account, as a guess that counts.
 * @returns its hash, to be looked for again under the account's lock. @throws PASSWORD_WRONG, TOO_MANY_REQUESTS.
 */
export async function provePassword(
  { db, limits }: ApiDeps,
  { principal, raw }: Pick<Call<unknown, unknown, unknown>, 'principal' | 'raw'>,
  password: string,
): Promise<string> {
  const { accountId } = ownSession(principal);
  const { forgive } = await guardAgainstBruteForce(limits, { account: accountId, address: raw.request.ip ?? '' });
  const [row] = await db.query<{ hash: string | null }>(`select password_hash as hash from accounts where id = $1`, [
    accountId,
  ]);
  if (!(await isPasswordOf(row?.hash ?? null, password))) throw refused('PASSWORD_WRONG');
  await forgive();
  return row?.hash ?? '';
}

const nothing = { status: 204, headers: {}, body: {} };

/** An answer without a body. */
export const bare = async (answer: Promise<Answer>): Promise<Answer> => {
  const { status, headers = {} } = await answer;
  return { status, headers };
};
