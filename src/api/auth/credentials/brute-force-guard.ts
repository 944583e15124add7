import { networkOf } from '../../../infra/network/network.ts';
import type { Counter } from '../../../infra/redis/rate-limit.ts';
import { RequestFault } from '../../http/errors/failure.ts';
import { type Limits, tooMany } from '../../http/limits/rate-limits.ts';

export interface Guess {
  /** An id or a blind index, never an e-mail address; another one for passwords than for codes. */
  account: string;
  address: string;
  /** The id of a device that has signed in to the account before. */
  device?: string | undefined;
}

interface Budget {
  counter: Counter;
  key: string;
}

/**
 * Spends one guess at a password or code, before the secret is checked: parallel guesses are counted, too. A successful
 * caller calls `forgive`, which gives the guess back. A known device has budgets of its own, which strangers cannot
 * spend (OWASP, Slow Down Online Guessing Attacks with Device Cookies).
 * @throws RequestFault TOO_MANY_REQUESTS, SIGN_IN_UNAVAILABLE when nobody can count.
 */
export async function guardAgainstBruteForce(
  limits: Pick<Limits, 'guesses'>,
  guess: Guess,
): Promise<{ forgive(): Promise<void> }> {
  const [own, ...shared] = budgetsOf(limits, guess);
  await spendAll([own, ...shared]);
  return {
    async forgive() {
      // Shared budgets get one guess back, and are not reset: strangers spend them, too.
      const given = shared.map(({ counter, key }) => counter.giveBack(key));
      await Promise.all([own.counter.forget(own.key), ...given]);
    },
  };
}

/** The caller's own budget first, then those that the caller shares with others. */
function budgetsOf({ guesses }: Pick<Limits, 'guesses'>, { account, address, device }: Guess): [Budget, ...Budget[]] {
  const network = networkOf(address);
  if (device !== undefined) {
    return [
      { counter: guesses.accountAtOrigin, key: `${account} device ${device}` },
      // Without this limit an intruder could collect devices, and guess with all of them.
      { counter: guesses.account, key: `devices of ${account}` },
    ];
  }
  return [
    { counter: guesses.accountAtOrigin, key: `${account} ${network}` },
    { counter: guesses.account, key: account },
    { counter: guesses.address, key: network },
  ];
}

/**
 * Counts a request for a mail to an account, whether the account exists or not. How many mails an account gets is
 * limited elsewhere: a limit of requests per account would let strangers keep the owner from asking.
 * @throws as `guardAgainstBruteForce` does.
 */
export async function limitMailRequests(
  { guesses, mailRequests }: Pick<Limits, 'guesses' | 'mailRequests'>,
  { account, address }: Omit<Guess, 'device'>,
): Promise<void> {
  const network = networkOf(address);
  await spendAll([
    { counter: guesses.accountAtOrigin, key: `mail ${account} ${network}` },
    { counter: mailRequests, key: network },
  ]);
}

/**
 * Counts a try whether an e-mail address is free: the answer EMAIL_TAKEN tells that somebody has an account. A caller
 * who gets the address calls `forgive`.
 * @throws as `guardAgainstBruteForce` does.
 */
export async function limitAddressProbes(
  { emailProbes }: Pick<Limits, 'emailProbes'>,
  address: string,
): Promise<{ forgive(): Promise<void> }> {
  const key = networkOf(address);
  await spendAll([{ counter: emailProbes, key }]);
  return { forgive: () => emailProbes.giveBack(key) };
}

/** One after the other: a guess that the first budget refuses must not use up the account, or one place could lock it. */
async function spendAll(budgets: readonly Budget[]): Promise<void> {
  for (const { counter, key } of budgets) {
    const spent = await counter.spend(key);
    if (spent === 'unavailable') throw new RequestFault('SIGN_IN_UNAVAILABLE');
    if (spent.isOver) throw tooMany(counter, spent);
  }
}
