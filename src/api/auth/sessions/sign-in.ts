import { z } from 'zod';
import { refused } from '../../../domain/errors.ts';
import { beginSession } from '../../../entities/access/session.ts';
import { Account } from '../../../entities/account/account.ts';
import type { StoredResponse } from '../../../entities/outbox/idempotency.ts';
import { isPasswordOf } from '../../../infra/crypto/password.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import type { ApiDeps } from '../../deps.ts';
import { emailSchema } from '../../fields/person-fields.ts';
import type { Answer } from '../../http/route.ts';
import { type EditCall, edit } from '../../writes/edit.ts';
import { guardAgainstBruteForce } from '../credentials/brute-force-guard.ts';
import { type DeviceOwner, deviceOf, deviceTokenSchema, issueDeviceToken } from '../credentials/device.ts';
import { noStore, tokensOf } from './session-answer.ts';

/** Accepts any length: the rules for new passwords do not apply to existing ones. */
export const currentPasswordSchema = z.string().min(1).max(1_000);
export const credentialsSchema = z.strictObject({
  email: emailSchema,
  password: currentPasswordSchema,
  deviceToken: deviceTokenSchema.optional(),
});

export interface SignIn {
  kind: 'customer' | 'staff';
  email: string;
  password: string;
  deviceToken?: string | undefined;
  /** Additional work in the same transaction; its result becomes part of the answer. */
  extraWork(tx: Tx, account: Account): Promise<object>;
}

/** Checks the password, begins a session and answers its tokens. @throws the codes of `authenticateWithPassword`. */
export const signIn = (deps: ApiDeps, call: EditCall, { extraWork, ...given }: SignIn): Promise<Answer> =>
  authenticateWithPassword(deps, call, {
    ...given,
    async work(tx, account) {
      const rest = await extraWork(tx, account);
      return { status: 200, headers: noStore, body: { ...rest, ...openSession(deps, tx, { account, call }) } };
    },
  });

export interface PasswordAuthentication extends Omit<SignIn, 'extraWork'> {
  /** Begins the session; the account is locked. */
  work(tx: Tx, account: Account): Promise<StoredResponse>;
}

/**
 * Checks e-mail address and password as a guess that counts, then runs `work` in a transaction.
 * @throws SIGN_IN_REFUSED for a wrong address, a wrong password and an account that may not sign in alike;
 *   TOO_MANY_REQUESTS, SIGN_IN_UNAVAILABLE.
 */
export async function authenticateWithPassword(
  deps: ApiDeps,
  call: EditCall,
  { kind, ...given }: PasswordAuthentication,
): Promise<Answer> {
  const emailIndex = deps.vault.indexOf(given.email);
  const found = await readAccount(deps, { kind, emailIndex });
  const device = deviceOf(deps.secret, found, given.deviceToken);
  const account = `${kind} ${emailIndex}`;
  const { forgive } = await guardAgainstBruteForce(deps.limits, {
    account,
    device,
    address: call.raw.request.ip ?? '',
  });
  const maySignIn = found?.status === 'active' && (deps.allowsDevelopmentAccounts || !found.isDevelopment);
  const passwordHash = (maySignIn && found.passwordHash) || null;
  const isCorrect = await isPasswordOf(passwordHash, given.password);
  if (!found || !passwordHash || !isCorrect) throw refused('SIGN_IN_REFUSED');
  const { id } = found;
  const work = async (tx: Tx) => {
    // Meanwhile the account may have been blocked, or its password changed.
    const account = await tx.lock(Account, { id, passwordHash, status: 'active' });
    if (!account) throw refused('SIGN_IN_REFUSED');
    return given.work(tx, account);
  };
  const answer = await edit(deps, call, { name: 'session.begin', scope: id, isSecret: true, work });
  await forgive();
  return answer;
}

/** Begins a session in a transaction; returns its tokens and a device token. */
export function openSession(deps: ApiDeps, tx: Tx, { account, call }: { account: Account; call: EditCall }) {
  const client = call.headers['user-agent'] ?? 'unknown';
  const { id, kind } = account;
  const session = beginSession(tx, deps.vault, { account: { id, kind }, client });
  const deviceToken = issueDeviceToken(deps.secret, account);
  return { ...tokensOf(deps, { ...session, accountId: id, kind }), deviceToken };
}

interface SignInAccount extends DeviceOwner {
  status: string;
  isDevelopment: boolean;
}

async function readAccount(
  { db }: ApiDeps,
  { kind, emailIndex }: { kind: 'customer' | 'staff'; emailIndex: string },
): Promise<SignInAccount | undefined> {
  const [row] = await db.query<SignInAccount>(
    `select id, password_hash as "passwordHash", email_index as "emailIndex", email_verified_at as "emailVerifiedAt",
        status, is_development as "isDevelopment"
      from accounts where kind = $1 and email_index = $2`,
    [kind, emailIndex],
  );
  return row;
}
