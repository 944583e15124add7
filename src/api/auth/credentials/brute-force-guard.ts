import { networkOf } from '../../../infra/network/network.ts';
import type { Counter } from '../../../infra/redis/rate-limit.ts';
import { RequestFault } from '../../http/errors/failure.ts';
import { type RateLimits, tooMany } from '../../http/limits/rate-limits.ts';

export interface Guess {
  /** An id or a blind index, never an e-mail address. Passwords and codes use different values. */
  account: string;
  /** IP address of the caller. */
  address: string;
  /** The id of a device that has signed in to the account before. */
  device?: string | undefined;
}

interface Budget {
  counter: Counter;
  key: string;
}

/**
 * Counts one guess at a password or code. Call it before checking the secret, so that parallel guesses count, too. After
 * a success call `forgive`, which gives the guess back. A known device has its own budgets, which strangers cannot spend
 * (OWASP, Slow Down Online Guessing Attacks with Device Cookies).
 * @throws RequestFault TOO_MANY_REQUESTS; SIGN_IN_UNAVAILABLE when Redis cannot count.
 */
export async function guardAgainstBruteForce(
  limits: Pick<RateLimits, 'guesses'>,
  guess: Guess,
): Promise<{ forgive(): Promise<void> }> {
  const [own, ...shared] = budgetsOf(limits, guess);
  await spendAll([own, ...shared]);
  return {
    async forgive() {
      // Shared budgets get only this guess back, no reset: they also hold the guesses of strangers.
      const returned = shared.map(({ counter, key }) => counter.returnQuota(key));
      await Promise.all([own.counter.forget(own.key), ...returned]);
    },
  };
}

/** The caller's own budget first, then the budgets shared with other callers. */
function budgetsOf(
  { guesses }: Pick<RateLimits, 'guesses'>,
  { account, address, device }: Guess,
): [Budget, ...Budget[]] {
  const network = networkOf(address);
  if (device !== undefined) {
    return [
      { counter: guesses.accountAtOrigin, key: `${account} device ${device}` },
      // Without this limit an intruder could collect device tokens, and guess with each.
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
 * Counts a request for a mail to an account, whether the account exists or not. There is no limit of requests per
 * account, with which strangers could block the owner; `MAILS_PER_HOUR` limits the mails instead.
 * @throws the codes of `guardAgainstBruteForce`.
 */
export async function limitMailRequests(
  { guesses, mailRequests }: Pick<RateLimits, 'guesses' | 'mailRequests'>,
  { account, address }: Omit<Guess, 'device'>,
): Promise<void> {
  const network = networkOf(address);
  await spendAll([
    { counter: guesses.accountAtOrigin, key: `mail ${account} ${network}` },
    { counter: mailRequests, key: network },
  ]);
}

/**
 * Counts an attempt to register or take an e-mail address: EMAIL_TAKEN reveals that an account exists. Call `forgive`
 * when the address is free.
 * @throws the codes of `guardAgainstBruteForce`.
 */
export async function limitEmailProbes(
  { emailProbes }: Pick<RateLimits, 'emailProbes'>,
  address: string,
): Promise<{ forgive(): Promise<void> }> {
  const key = networkOf(address);
  await spendAll([{ counter: emailProbes, key }]);
  return { forgive: () => emailProbes.returnQuota(key) };
}

/** Spends in sequence: a guess refused by the own budget must not spend the account's, or one network could lock it. */
async function spendAll(budgets: readonly Budget[]): Promise<void> {
  for (const { counter, key } of budgets) {
    const spent = await counter.spend(key);
    if (spent === 'unavailable') throw new RequestFault('SIGN_IN_UNAVAILABLE');
    if (spent.isOver) throw tooMany(counter, spent);
  }
}
