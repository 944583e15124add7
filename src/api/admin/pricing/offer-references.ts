import { refused } from '../../../domain/errors.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';

const WHERE = `status <> 'archived' and`;
const isAny = (text: string): string => `(${text}) like any($1::text[])`;

/** Price lists, rules and discounts refer to products and groups through these columns, without a foreign key. */
const OFFER_REFERENCES = `
  select 'price-list' as type, id, name from price_lists where ${WHERE} ${isAny('group_ids::text')}
  union all select 'pricing-rule', id, name from pricing_rules
    where ${WHERE} ${isAny('include::text || exclude::text || group_ids::text')}
  union all select 'discount', id, name from discounts
    where ${WHERE} ${isAny('include::text || exclude::text || offer::text || group_ids::text')}
  limit 20`;

/**
 * Refuses to delete a resource that an offer refers to: without its excluded collection, a discount would apply to more
 * products.
 * Call it with the resource locked; a transaction that adds a reference waits for that lock.
 * @throws IN_USE with up to 20 offers
 */
export async function refuseReferencedByOffers(tx: Tx, ids: readonly string[]): Promise<void> {
  const by = await tx.query(OFFER_REFERENCES, [ids.map((id) => `%${id}%`)]);
  if (by.length > 0) throw refused('IN_USE', { by });
}
