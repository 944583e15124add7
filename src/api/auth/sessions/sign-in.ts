import { z } from 'zod';
import { refused } from '../../../domain/errors.ts';
import { beginSession } from '../../../entities/access/session.ts';
import { Account } from '../../../entities/account/account.ts';
import type { StoredAnswer } from '../../../entities/outbox/idempotency.ts';
import { isPasswordOf } from '../../../infra/crypto/password.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import type { ApiDeps } from '../../deps.ts';
import { emailSchema } from '../../fields/person-fields.ts';
import type { Answer, Call } from '../../http/route.ts';
import { edit } from '../../writes/edit.ts';
import { guardAgainstBruteForce } from '../credentials/brute-force-guard.ts';
import { type DeviceOwner, deviceOf, deviceTokenSchema, issueDeviceToken } from '../credentials/device.ts';
import { noStore, tokensOf } from './session-answer.ts';

/** Any: rules are for choosing a password, not for giving it. */
export const givenPassword = z.string().min(1).max(1_000);
export const credentialsSchema = z.strictObject({
  email: emailSchema,
  password: givenPassword,
  deviceToken: deviceTokenSchema.optional(),
});

type AnyCall = Pick<Call<unknown, unknown, unknown>, 'body' | 'headers' | 'principal' | 'raw'>;

export interface SignIn {
  kind: 'customer' | 'staff';
  email: string;
  password: string;
  deviceToken?: string | undefined;
  /** What else happens in the same transaction; becomes part of the answer. */
  alongside(tx: Tx, account: Account): Promise<object>;
}

/** Begins a session for whoever knows the password, and answers its tokens. @throws as `admit` does. */
export const signIn = (deps: ApiDeps, call: AnyCall, { alongside, ...given }: SignIn): Promise<Answer> =>
  admit(deps, call, {
    ...given,
    async work(tx, account) {
      const rest = await alongside(tx, account);
      return { status: 200, headers: noStore, body: { ...rest, ...openSession(deps, tx, { account, call }) } };
    },
  });

export interface Admission extends Omit<SignIn, 'alongside'> {
  /** Begins the session, with the account locked. */
  work(tx: Tx, account: Account): Promise<StoredAnswer>;
}

/**
 * Lets in whoever knows the password.
 * @throws SIGN_IN_REFUSED whether the e-mail address or the password is wrong, or the account may not sign in;
 *   TOO_MANY_REQUESTS, SIGN_IN_UNAVAILABLE.
 */
export async function admit(deps: ApiDeps, call: AnyCall, { kind, ...given }: Admission): Promise<Answer> {
  const emailIndex = deps.vault.indexOf(given.email);
  const found = await readAccount(deps, { kind, emailIndex });
  const device = deviceOf(deps.secret, found, given.deviceToken);
  const account = `${kind} ${emailIndex}`;
  const { forgive } = await guardAgainstBruteForce(deps.limits, {
    account,
    device,
    address: call.raw.request.ip ?? '',
  });
  const mayEnter = found?.status === 'active' && (deps.admitsDevelopmentAccounts || !found.isDevelopment);
  const passwordHash = (mayEnter && found.passwordHash) || null;
  const isRight = await isPasswordOf(passwordHash, given.password);
  if (!found || !passwordHash || !isRight) throw refused('SIGN_IN_REFUSED');
  const { id } = found;
  const work = async (tx: Tx) => {
    // Since the password was checked the account may have been blocked, or its password changed.
    const account = await tx.lock(Account, { id, passwordHash, status: 'active' });
    if (!account) throw refused('SIGN_IN_REFUSED');
    return given.work(tx, account);
  };
  const answer = await edit(deps, call, { name: 'session.begin', scope: id, isSecret: true, work });
  await forgive();
  return answer;
}

/** Begins a session within a transaction and answers its tokens, with one for the device. */
export function openSession(deps: ApiDeps, tx: Tx, { account, call }: { account: Account; call: AnyCall }) {
  const client = call.headers['user-agent'] ?? 'unknown';
  const { id, kind } = account;
  const session = beginSession(tx, deps.vault, { account: { id, kind }, client });
  const deviceToken = issueDeviceToken(deps.secret, account);
  return { ...tokensOf(deps, { ...session, accountId: id, kind }), deviceToken };
}

interface Found extends DeviceOwner {
  status: string;
  isDevelopment: boolean;
}

async function readAccount(
  { db }: ApiDeps,
  { kind, emailIndex }: { kind: 'customer' | 'staff'; emailIndex: string },
): Promise<Found | undefined> {
  const [row] = await db.query<Found & Record<string, unknown>>(
    `select id, password_hash as "passwordHash", email_index as "emailIndex", email_verified_at as "emailVerifiedAt",
        status, is_development as "isDevelopment"
      from accounts where kind = $1 and email_index = $2`,
    [kind, emailIndex],
  );
  return row;
}
