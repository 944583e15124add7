import { RequestFault } from '../failure.ts';
import { type Limits, tooMany } from '../limits.ts';

/**
 * Spends one guess at a password or code, before it is looked at: guesses made at the same time are counted, too.
 * `account` is an id or a blind index, never an e-mail address. Whoever turns out to know the secret calls `forgive`.
 * @throws RequestFault TOO_MANY_REQUESTS, SIGN_IN_UNAVAILABLE when nobody can count.
 */
export async function guardGuessing(
  { guesses }: Pick<Limits, 'guesses'>,
  { account, address }: { account: string; address: string },
): Promise<{ forgive(): Promise<void> }> {
  const both = `${account} ${address}`;
  const counts = [
    { counter: guesses.accountAtAddress, key: both },
    { counter: guesses.account, key: account },
    { counter: guesses.address, key: address },
  ];
  for (const { counter, key } of counts) {
    const spent = await counter.spend(key);
    if (spent === 'unavailable') throw new RequestFault('SIGN_IN_UNAVAILABLE');
    if (spent.isOver) throw tooMany(counter, spent);
  }
  return {
    async forgive() {
      await Promise.all([guesses.accountAtAddress.forget(both), guesses.account.forget(account)]);
    },
  };
}
