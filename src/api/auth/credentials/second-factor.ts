import { refused } from '../../../domain/errors.ts';
import { Role } from '../../../entities/access/role.ts';
import { Account } from '../../../entities/account/account.ts';
import {
  forgetMfa,
  type Holder,
  newTotpSecret,
  raiseSession,
  replaceRecoveryCodes,
  spendCode,
  spendTotpCode,
  totpUri,
} from '../../../entities/account/mfa.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import type { ApiDeps } from '../../deps.ts';
import type { Answer, Call } from '../../http/route.ts';
import { edit } from '../../writes/edit.ts';
import { ownSession } from '../principal.ts';
import { noStore } from '../sessions/session-answer.ts';
import { guardAgainstBruteForce } from './brute-force-guard.ts';

type AnyCall = Pick<Call<unknown, unknown, unknown>, 'body' | 'headers' | 'principal' | 'raw'>;

/** Offers the caller a TOTP secret, which counts once a code of it was given. @throws MFA_ALREADY_SET_UP. */
export function beginMfa(deps: ApiDeps, call: AnyCall): Promise<Answer> {
  const { accountId } = ownSession(call.principal);
  const work = async (tx: Tx) => {
    const account = await lockOwn(tx, accountId);
    if (account.hasMfa) throw refused('MFA_ALREADY_SET_UP');
    const secret = newTotpSecret();
    account.offerTotp(deps.vault, secret);
    account.updatedAt = tx.now;
    const uri = totpUri(secret, account.person(deps.vault).email);
    return { status: 201, headers: noStore, body: { secret, uri } };
  };
  return edit(deps, call, { name: 'account.change', scope: accountId, isSecret: true, work });
}

/**
 * Takes the first code of the secret that was offered: from then on each session has to give one. Answers the recovery codes.
 * @throws MFA_ALREADY_SET_UP, MFA_NOT_SET_UP, MFA_CODE_WRONG, TOO_MANY_REQUESTS, SIGN_IN_UNAVAILABLE.
 */
export function confirmMfa(deps: ApiDeps, call: AnyCall, code: string): Promise<Answer> {
  const { accountId, sessionId } = ownSession(call.principal);
  const work = async (tx: Tx) => {
    const account = await lockOwn(tx, accountId);
    if (account.hasMfa) throw refused('MFA_ALREADY_SET_UP');
    if (!(await spendTotpCode(tx, holderOf(deps, account), code))) throw refused('MFA_CODE_WRONG');
    account.totpConfirmedAt = tx.now;
    account.updatedAt = tx.now;
    await raiseSession(tx, sessionId);
    return codesAnswer(await replaceRecoveryCodes(tx, accountId));
  };
  const change = () => edit(deps, call, { name: 'account.change', scope: accountId, isSecret: true, work });
  return asGuess(deps, call, change);
}

/** Gives the second factor for the caller's session. @throws as `confirmMfa` does, but MFA_ALREADY_SET_UP. */
export const verifyMfa = (deps: ApiDeps, call: AnyCall, code: string): Promise<Answer> =>
  withCode(deps, call, {
    code,
    async work(tx, account) {
      await raiseSession(tx, ownSession(call.principal).sessionId);
      account.updatedAt = tx.now;
      return nothing;
    },
  });

/** Makes new recovery codes and answers them. @throws as `verifyMfa` does. */
export const renewRecoveryCodes = (deps: ApiDeps, call: AnyCall, code: string): Promise<Answer> =>
  withCode(deps, call, {
    code,
    work: async (tx, account) => codesAnswer(await replaceRecoveryCodes(tx, account.id)),
  });

/** Takes the second factor off the caller's account. @throws MFA_REQUIRED when the role demands one; as `verifyMfa` does. */
export const removeMfa = (deps: ApiDeps, call: AnyCall, code: string): Promise<Answer> =>
  withCode(deps, call, {
    code,
    async work(tx, account) {
      const [role] = await tx.find(Role, { id: account.roleId ?? null });
      if (role?.requiresMfa) throw refused('MFA_REQUIRED', { role: role.name });
      account.removeTotp();
      account.updatedAt = tx.now;
      await forgetMfa(tx, account.id);
      return nothing;
    },
  });

/** A change that whoever has the account's second factor may make; the code is used up with it, and only with it. */
function withCode(
  deps: ApiDeps,
  call: AnyCall,
  { code, work }: { code: string; work(tx: Tx, account: Account): Promise<ReturnType<typeof codesAnswer>> },
): Promise<Answer> {
  const { accountId } = ownSession(call.principal);
  const checked = async (tx: Tx) => {
    const account = await lockOwn(tx, accountId);
    if (!account.hasMfa) throw refused('MFA_NOT_SET_UP');
    if (!(await spendCode(tx, holderOf(deps, account), code))) throw refused('MFA_CODE_WRONG');
    return work(tx, account);
  };
  const change = () => edit(deps, call, { name: 'account.change', scope: accountId, isSecret: true, work: checked });
  return asGuess(deps, call, change);
}

/** Counts a code as a guess, and forgives it when it was right. */
async function asGuess(
  { limits }: ApiDeps,
  { principal, raw }: AnyCall,
  change: () => Promise<Answer>,
): Promise<Answer> {
  const { accountId } = ownSession(principal);
  // Not counted with the guesses at the password: to know that one must not give new guesses at the code.
  const { forgive } = await guardAgainstBruteForce(limits, {
    account: `code ${accountId}`,
    address: raw.request.ip ?? '',
  });
  const answer = await change();
  await forgive();
  return answer;
}

/** @throws Error when the account went away under its session. */
async function lockOwn(tx: Tx, accountId: string): Promise<Account> {
  const account = await tx.lock(Account, { id: accountId, status: 'active' });
  if (!account) throw refused('AUTHENTICATION_REQUIRED');
  return account;
}

function holderOf({ vault }: ApiDeps, account: Account): Holder {
  const secret = account.totp(vault);
  if (secret === null) throw refused('MFA_NOT_SET_UP');
  return { accountId: account.id, secret };
}

const nothing = { status: 204, headers: {}, body: {} };
const codesAnswer = (recoveryCodes: string[]): { status: number; headers: Record<string, string>; body: object } => ({
  status: 200,
  headers: noStore,
  body: { recoveryCodes },
});
