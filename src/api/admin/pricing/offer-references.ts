import { refused } from '../../../domain/errors.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';

const WHERE = `status <> 'archived' and`;
const isAny = (text: string): string => `(${text}) like any($1::text[])`;

/** Price lists, rules and discounts name goods and groups without a foreign key, by these columns. */
const MENTIONS = `
  select 'price-list' as type, id, name from price_lists where ${WHERE} ${isAny('group_ids::text')}
  union all select 'pricing-rule', id, name from pricing_rules
    where ${WHERE} ${isAny('include::text || exclude::text || group_ids::text')}
  union all select 'discount', id, name from discounts
    where ${WHERE} ${isAny('include::text || exclude::text || offer::text || group_ids::text')}
  limit 20`;

/**
 * Refuses to remove what an offer names: a discount that excludes a shelf would count for all of its goods without it.
 * To be called under the lock of what goes; whoever names it takes a lock that waits for this one.
 * @throws IN_USE naming the first twenty
 */
export async function refuseMentioned(tx: Tx, ids: readonly string[]): Promise<void> {
  const by = await tx.query(MENTIONS, [ids.map((id) => `%${id}%`)]);
  if (by.length > 0) throw refused('IN_USE', { by });
}
