import { z } from 'zod';
import { refused } from '../../../domain/errors.ts';
import type { Contradiction } from '../../../domain/pricing/contradictions/contradiction.ts';
import type { Selection } from '../../../domain/pricing/inputs.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';

const MAX_IDS = 1_000;

export const name = z.string().trim().min(1).max(120);
export const priority = z.int().min(-1_000).max(1_000).meta({ description: 'Higher values apply first. Default: 0.' });
export const units = z.int().min(1).max(1_000_000);
const ids = z.array(z.uuid()).max(MAX_IDS);

export const groupIds = ids.meta({
  description: 'Ids of the customer groups that are eligible; empty: all customers.',
});
const instant = z.iso.datetime({ offset: true }).nullable();
export const windowFields = {
  startsAt: instant.optional().meta({ description: 'Start of validity, inclusive; null: no start.' }),
  endsAt: instant.optional().meta({ description: 'End of validity, exclusive; null: no end.' }),
};

export const target = z
  .strictObject({ productIds: ids.default([]), variantIds: ids.default([]), collectionIds: ids.default([]) })
  .meta({
    id: 'Target',
    description: 'Matches products, variants and collections: a variant in any of the three lists is selected.',
  });

export const EMPTY_TARGET = { productIds: [], variantIds: [], collectionIds: [] };

export const selectionFields = {
  include: target.optional().meta({ description: 'Products that are included; empty lists: all products.' }),
  exclude: target.optional().meta({ description: 'Products that are excluded.' }),
};

/** Refuses the request if there are problems. @throws CONTRADICTION with up to 20 of them */
export function refuseContradictions(problems: readonly Contradiction[]): void {
  if (problems.length > 0) throw refused('CONTRADICTION', { problems: problems.slice(0, 20) });
}

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
