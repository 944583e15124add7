import { refused } from '../../domain/errors.ts';
import type { Selection } from '../../domain/pricing/inputs.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';

/** @throws REFERENCE_UNKNOWN with the field and the unknown ids */
export async function requireGroups(tx: Tx, groupIds: readonly string[]): Promise<void> {
  await requireExistingIds(tx, { field: 'groupIds', table: 'customer_groups', ids: groupIds });
}

/** @throws REFERENCE_UNKNOWN with the field and the unknown ids */
export async function requireGoods(tx: Tx, { include, exclude }: Selection, where = ''): Promise<void> {
  for (const [part, selected] of Object.entries({ include, exclude })) {
    const field = (name: string) => `${where}${part}.${name}`;
    await requireExistingIds(tx, { field: field('productIds'), table: 'products', ids: selected.productIds });
    await requireExistingIds(tx, { field: field('variantIds'), table: 'variants', ids: selected.variantIds });
    await requireExistingIds(tx, { field: field('collectionIds'), table: 'collections', ids: selected.collectionIds });
  }
}

/** Requires that all ids exist, and locks their rows. @throws REFERENCE_UNKNOWN with up to 20 unknown ids */
export async function requireExistingIds(
  tx: Tx,
  { field, table, ids }: { field: string; table: string; ids: readonly string[] },
): Promise<void> {
  if (ids.length === 0) return;
  // The lock keeps the rows from being deleted before the reference to them is committed.
  const rows = await tx.query<{ id: string }>(`select id from ${table} where id = any($1) order by id for key share`, [
    ids,
  ]);
  const existing = new Set(rows.map(({ id }) => id));
  const unknown = ids.filter((id) => !existing.has(id.toLowerCase()));
  if (unknown.length > 0) throw refused('REFERENCE_UNKNOWN', { field, ids: unknown.slice(0, 20) });
}

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
