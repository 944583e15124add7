import {
  addVariants,
  assignToCollections,
  changeProducts,
  changeVariants,
  createProducts,
} from '../../entities/catalogue/batches.ts';
import { reindexCollections } from '../../entities/catalogue/collection-rule.ts';
import { receive } from '../../entities/stock/stock.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import type { ExistingCatalogue } from './existing-catalogue.ts';
import type { Plan } from './plan.ts';

/**
 * Writes a plan in a fixed number of statements, however many rows. Opening stock comes last: `tx` buffers its
 * movements until `tx.write()`, and the buffer must hold none of a batch that was rolled back.
 */
export async function writePlan(
  tx: Tx,
  importId: string,
  { plan, existing }: { plan: Plan; existing: ExistingCatalogue },
): Promise<void> {
  await writeProducts(tx, plan, existing);
  const productIds = await writeVariants(tx, plan, existing);
  const touched = new Set([...plan.products.keys(), ...productIds]);
  if (touched.size > 0) await reindexCollections(tx, [...touched].sort());
  if (plan.goods.size > 0) await receive(tx, { cause: 'import', causeId: importId }, plan.goods);
  await tx.write();
}

async function writeProducts(tx: Tx, plan: Plan, { collections }: ExistingCatalogue): Promise<void> {
  const rows = [...plan.products.values()].map(({ fields, ...row }) => ({ ...fields, ...row, createdAt: tx.now }));
  await createProducts(
    tx,
    rows.filter(({ isNew }) => isNew),
  );
  await changeProducts(
    tx,
    rows.filter(({ isNew }) => !isNew),
  );
  const idsOf = (slugs: readonly string[]) => slugs.flatMap((slug) => collections.get(slug)?.id ?? []);
  await assignToCollections(tx, new Map(rows.map((row) => [row.id, idsOf(row.collections)])));
}

/** @returns the ids of their products */
async function writeVariants(tx: Tx, plan: Plan, { products }: ExistingCatalogue): Promise<string[]> {
  const rows = [...plan.variants.values()].map(({ fields, slug, ...row }) => {
    return { ...fields, ...row, productId: products.get(slug)?.id ?? '' };
  });
  await addVariants(
    tx,
    rows.filter(({ isNew }) => isNew),
  );
  await changeVariants(
    tx,
    rows.filter(({ isNew }) => !isNew),
  );
  return rows.map(({ productId }) => productId);
}
