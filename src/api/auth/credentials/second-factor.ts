import { refused } from '../../../domain/errors.ts';
import { Account } from '../../../entities/account/account.ts';
import {
  activateMfa,
  markMfaVerified,
  newTotpSecret,
  removeOwnMfa,
  replaceRecoveryCodes,
  requireCode,
  totpUri,
} from '../../../entities/account/mfa.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import type { ApiDeps } from '../../deps.ts';
import type { Answer } from '../../http/route.ts';
import { type EditCall, edit } from '../../writes/edit.ts';
import { requireSession } from '../principal.ts';
import { noStore } from '../sessions/session-answer.ts';
import { guardAgainstBruteForce } from './brute-force-guard.ts';

/** Creates a TOTP secret for the caller; `confirmMfa` activates it. @throws MFA_ALREADY_SET_UP. */
export function beginMfa(deps: ApiDeps, call: EditCall): Promise<Answer> {
  const { accountId } = requireSession(call.principal);
  const work = async (tx: Tx) => {
    const account = await lockOwnAccount(tx, accountId);
    const secret = newTotpSecret();
    account.offerTotp(deps.vault, secret, tx.now);
    const uri = totpUri(secret, account.person(deps.vault).email);
    return { status: 201, headers: noStore, body: { secret, uri } };
  };
  return edit(deps, call, { name: 'account.change', scope: accountId, isSecret: true, work });
}

/**
 * Activates the TOTP secret with its first code: each later session needs a code. Answers the recovery codes.
 * @throws MFA_ALREADY_SET_UP, MFA_NOT_SET_UP, MFA_CODE_WRONG, TOO_MANY_REQUESTS, SIGN_IN_UNAVAILABLE.
 */
export function confirmMfa(deps: ApiDeps, call: EditCall, code: string): Promise<Answer> {
  const { accountId, sessionId } = requireSession(call.principal);
  const work = async (tx: Tx) => {
    const account = await lockOwnAccount(tx, accountId);
    return codesAnswer(await activateMfa(tx, deps.vault, { account, code, sessionId }));
  };
  const change = () => edit(deps, call, { name: 'account.change', scope: accountId, isSecret: true, work });
  return countAsGuess(deps, call, change);
}

/** Verifies the second factor of the caller's session. @throws like `confirmMfa`, except MFA_ALREADY_SET_UP. */
export const verifyMfa = (deps: ApiDeps, call: EditCall, code: string): Promise<Answer> =>
  withCode(deps, call, {
    code,
    async work(tx, account) {
      await markMfaVerified(tx, account, requireSession(call.principal).sessionId);
      return noContent;
    },
  });

/** Replaces the recovery codes and answers the new ones. @throws like `verifyMfa`. */
export const renewRecoveryCodes = (deps: ApiDeps, call: EditCall, code: string): Promise<Answer> =>
  withCode(deps, call, {
    code,
    work: async (tx, account) => codesAnswer(await replaceRecoveryCodes(tx, account.id)),
  });

/** Removes the second factor of the caller's account. @throws like `verifyMfa`; MFA_REQUIRED if the role requires it. */
export const removeMfa = (deps: ApiDeps, call: EditCall, code: string): Promise<Answer> =>
  withCode(deps, call, {
    code,
    async work(tx, account) {
      await removeOwnMfa(tx, account);
      return noContent;
    },
  });

/** Makes a change that requires a code; the same transaction uses up the code. */
function withCode(
  deps: ApiDeps,
  call: EditCall,
  { code, work }: { code: string; work(tx: Tx, account: Account): Promise<ReturnType<typeof codesAnswer>> },
): Promise<Answer> {
  const { accountId } = requireSession(call.principal);
  const verifyAndWork = async (tx: Tx) => {
    const account = await lockOwnAccount(tx, accountId);
    await requireCode(tx, deps.vault, { account, code });
    return work(tx, account);
  };
  const change = () =>
    edit(deps, call, { name: 'account.change', scope: accountId, isSecret: true, work: verifyAndWork });
  return countAsGuess(deps, call, change);
}

/** Counts the code of a change as a guess, and gives the guess back when the code is right. */
async function countAsGuess(
  { limits }: ApiDeps,
  { principal, raw }: EditCall,
  change: () => Promise<Answer>,
): Promise<Answer> {
  const { accountId } = requireSession(principal);
  // Counted apart from password guesses: a successful password must not reset the guesses at the code.
  const { forgive } = await guardAgainstBruteForce(limits, {
    account: `code ${accountId}`,
    address: raw.request.ip ?? '',
  });
  const answer = await change();
  await forgive();
  return answer;
}

/** Locks the caller's account. @throws AUTHENTICATION_REQUIRED if it is no longer active. */
async function lockOwnAccount(tx: Tx, accountId: string): Promise<Account> {
  const account = await tx.lock(Account, { id: accountId, status: 'active' });
  if (!account) throw refused('AUTHENTICATION_REQUIRED');
  return account;
}

const noContent = { status: 204, headers: {}, body: {} };
const codesAnswer = (recoveryCodes: string[]): { status: number; headers: Record<string, string>; body: object } => ({
  status: 200,
  headers: noStore,
  body: { recoveryCodes },
});
