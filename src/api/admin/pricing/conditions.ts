import { z } from 'zod';
import { refused } from '../../../domain/errors.ts';
import type { Contradiction } from '../../../domain/pricing/contradictions/contradiction.ts';
import type { Selection } from '../../../domain/pricing/inputs.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';

const MOST_IDS = 1_000;

export const name = z.string().trim().min(1).max(120);
export const priority = z.int().min(-1_000).max(1_000).meta({ description: 'The higher one comes first.' });
export const units = z.int().min(1).max(1_000_000);
const ids = z.array(z.uuid()).max(MOST_IDS);

export const groupIds = ids.meta({ description: 'Groups of customers that it is for; none: everybody.' });
const instant = z.iso.datetime({ offset: true }).nullable();
export const windowFields = {
  startsAt: instant.optional().meta({ description: 'From this instant on; null: from ever.' }),
  endsAt: instant.optional().meta({ description: 'Until just before this instant; null: for ever.' }),
};

export const target = z
  .strictObject({ productIds: ids.default([]), variantIds: ids.default([]), collectionIds: ids.default([]) })
  .meta({ id: 'Target', description: 'Goods by what they are: what is named in any of the three is meant.' });

export const NOTHING = { productIds: [], variantIds: [], collectionIds: [] };

export const selectionFields = {
  include: target.optional().meta({ description: 'Nothing named: all goods.' }),
  exclude: target.optional(),
};

/** @throws CONTRADICTION naming each of them */
export function refuseContradictions(problems: readonly Contradiction[]): void {
  if (problems.length > 0) throw refused('CONTRADICTION', { problems: problems.slice(0, 20) });
}

/** @throws REFERENCE_UNKNOWN naming the field and the ids that nothing has */
export async function requireGroups(tx: Tx, wanted: readonly string[]): Promise<void> {
  await requireAll(tx, { field: 'groupIds', table: 'customer_groups', wanted });
}

/** @throws REFERENCE_UNKNOWN naming the field and the ids that nothing has */
export async function requireGoods(tx: Tx, { include, exclude }: Selection, where = ''): Promise<void> {
  for (const [part, of] of Object.entries({ include, exclude })) {
    const field = (one: string) => `${where}${part}.${one}`;
    await requireAll(tx, { field: field('productIds'), table: 'products', wanted: of.productIds });
    await requireAll(tx, { field: field('variantIds'), table: 'variants', wanted: of.variantIds });
    await requireAll(tx, { field: field('collectionIds'), table: 'collections', wanted: of.collectionIds });
  }
}

/** @throws REFERENCE_UNKNOWN */
export async function requireAll(
  tx: Tx,
  { field, table, wanted }: { field: string; table: string; wanted: readonly string[] },
): Promise<void> {
  if (wanted.length === 0) return;
  // Locked, so that what is named is not removed before anybody can see that it is named.
  const rows = await tx.query<{ id: string }>(`select id from ${table} where id = any($1) order by id for key share`, [
    wanted,
  ]);
  const known = new Set(rows.map(({ id }) => id));
  const unknown = wanted.filter((id) => !known.has(id.toLowerCase()));
  if (unknown.length > 0) throw refused('REFERENCE_UNKNOWN', { field, ids: unknown.slice(0, 20) });
}
