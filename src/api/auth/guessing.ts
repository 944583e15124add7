import { networkOf } from '../../infra/network.ts';
import { RequestFault } from '../failure.ts';
import { type Limits, tooMany } from '../limits.ts';

/**
 * Spends one guess at a password or code, before it is looked at: guesses made at the same time are counted, too.
 * `account` is an id or a blind index, never an e-mail address, and another one for passwords than for codes: whoever
 * turns out to know the secret calls `forgive`, and a known password must not give new guesses at the code.
 * @throws RequestFault TOO_MANY_REQUESTS, SIGN_IN_UNAVAILABLE when nobody can count.
 */
export async function guardGuessing(
  { guesses }: Pick<Limits, 'guesses'>,
  { account, address }: { account: string; address: string },
): Promise<{ forgive(): Promise<void> }> {
  const network = networkOf(address);
  const both = `${account} ${network}`;
  // One after the other: what the first refuses must not use up the account, or a stranger could lock its owner out from one place.
  const counts = [
    { counter: guesses.accountAtAddress, key: both },
    { counter: guesses.account, key: account },
    { counter: guesses.address, key: network },
  ];
  for (const { counter, key } of counts) {
    const spent = await counter.spend(key);
    if (spent === 'unavailable') throw new RequestFault('SIGN_IN_UNAVAILABLE');
    if (spent.isOver) throw tooMany(counter, spent);
  }
  // Only here: the others are spent by strangers, too, who must not begin anew whenever the owner signs in.
  return { forgive: () => guesses.accountAtAddress.forget(both) };
}
