import { defineEntity, p } from '@mikro-orm/core';
import type { ChoiceSet } from '../../domain/pricing/bundles/selection.ts';
import { bundleContradictions } from '../../domain/pricing/contradictions/bundle.ts';
import { refuseContradictions } from '../../domain/pricing/contradictions/contradiction.ts';
import type { BundlePricing } from '../../domain/pricing/inputs.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { newId } from '../../infra/ids.ts';
import { setsOf } from '../pricing/bundle-sets.ts';
import { requireExistingIds } from './references.ts';

const BundleSchema = defineEntity({
  name: 'Bundle',
  tableName: 'bundles',
  properties: {
    id: p.uuid().primary(),
    slug: p.text(),
    title: p.text(),
    description: p.text(),
    status: p.string().$type<'draft' | 'active' | 'archived'>(),
    pricing: p.json<BundlePricing>(),
    version: p.integer().version(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
  },
});

/** A set as staff send it; one with the id of a stored set replaces that set. */
type SentSet = Omit<ChoiceSet, 'id'> & Partial<Pick<ChoiceSet, 'id'>>;

type Terms = Pick<Bundle, 'slug' | 'title' | 'description' | 'status' | 'pricing'> & { sets: readonly SentSet[] };

/** Products that are chosen from sets and sold together at a bundle price. */
export class Bundle extends BundleSchema.class {
  /** @throws CONTRADICTION, REFERENCE_UNKNOWN */
  static async create(tx: Tx, terms: Pick<Terms, 'slug' | 'title' | 'pricing'> & Partial<Terms>): Promise<Bundle> {
    const bundle = Object.assign(new Bundle(), { id: newId(), version: 1, createdAt: tx.now });
    await bundle.change(tx, { description: '', status: 'draft', sets: [], ...terms });
    tx.persist(bundle);
    return bundle;
  }

  /** Changes the given terms; `sets` replace all sets. @throws CONTRADICTION, REFERENCE_UNKNOWN */
  async change(tx: Tx, { sets, ...terms }: Partial<Terms>): Promise<void> {
    Object.assign(this, terms, { updatedAt: tx.now });
    const stored = await this.readSets(tx);
    await this.refuseUnfillable(tx, sets ?? stored);
    if (sets) await this.replaceSets(tx, { stored, sets });
  }

  private async readSets(tx: Tx): Promise<ChoiceSet[]> {
    const [row] = await tx.query<{ sets: ChoiceSet[] }>(`select ${setsOf('$1')} as sets`, [this.id]);
    return row?.sets ?? [];
  }

  private async refuseUnfillable(tx: Tx, sets: readonly SentSet[]): Promise<void> {
    const ids = [...new Set(sets.flatMap(({ items }) => items.map(({ variantId }) => variantId)))];
    await requireExistingIds(tx, { field: 'sets', table: 'variants', ids });
    if (this.status !== 'active' && sets.length === 0) return;
    const unsellable = this.status === 'active' ? await findUnsellable(tx, ids) : [];
    refuseContradictions(bundleContradictions(sets, new Set(unsellable)));
  }

  /** A set with the id of a stored one keeps it, so that carts keep their selection; any other set gets a new id. */
  private async replaceSets(
    tx: Tx,
    { stored, sets }: { stored: readonly ChoiceSet[]; sets: readonly SentSet[] },
  ): Promise<void> {
    const reusableIds = new Set(stored.map(({ id }) => id));
    await tx.query(`delete from bundle_sets where bundle_id = $1`, [this.id]);
    for (const [position, { id: sentId, title, minQuantity, maxQuantity, items }] of sets.entries()) {
      const id = sentId !== undefined && reusableIds.delete(sentId) ? sentId : newId();
      const quantities = { min_quantity: minQuantity, max_quantity: maxQuantity };
      tx.append('bundle_sets', { id, bundle_id: this.id, title, ...quantities, position });
      for (const [place, { variantId, maxQuantity: most, surcharge }] of items.entries()) {
        const limits = { max_quantity: most, surcharge };
        tx.append('bundle_items', { set_id: id, variant_id: variantId, ...limits, position: place });
      }
    }
  }
}
BundleSchema.setClass(Bundle);

/** Returns the variants that are not for sale because they or their products are not active. */
async function findUnsellable(tx: Tx, variantIds: readonly string[]): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    `select v.id from variants v join products p on p.id = v.product_id
      where v.id = any($1) and not (v.status = 'active' and p.status = 'active')`,
    [variantIds],
  );
  return rows.map(({ id }) => id);
}
