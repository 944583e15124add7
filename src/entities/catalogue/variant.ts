import { defineEntity, p } from '@mikro-orm/core';
import { collect, contradictionIf, refuseContradictions } from '../../domain/pricing/contradictions/contradiction.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { newId } from '../../infra/ids.ts';
import { refuseReferencedByOffers, requireExistingIds } from '../offers/references.ts';
import { allowBackorder, changeBackorderLimit, removeLevels } from '../stock/levels.ts';
import { reindexCollections } from './collection-rule.ts';
import { type NewVariant, VARIANT_DEFAULTS, type VariantTerms } from './terms.ts';

const VariantSchema = defineEntity({
  name: 'Variant',
  tableName: 'variants',
  properties: {
    id: p.uuid().primary(),
    productId: p.uuid(),
    sku: p.text(),
    size: p.text().nullable(),
    color: p.text().nullable(),
    price: p.bigint('number'),
    position: p.integer(),
    weightGrams: p.integer(),
    maxPerOrder: p.integer().nullable(),
    attributes: p.json<object>(),
    status: p.string().$type<'active' | 'archived'>(),
    version: p.integer().version(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
  },
});

type Placed = { productId: string; position: number };

/** One size and colour of a product. Buyers order variants. */
export class Variant extends VariantSchema.class {
  /** Creates a variant with an empty stock level. Call after `lockRules`. @throws REFERENCE_UNKNOWN */
  static async create(tx: Tx, terms: NewVariant & Pick<Placed, 'productId'> & Partial<Placed>): Promise<Variant> {
    await requireExistingIds(tx, { field: 'productId', table: 'products', ids: [terms.productId] });
    const { backorderLimit, ...values } = { ...VARIANT_DEFAULTS, position: 1_000, ...terms };
    const times = { createdAt: tx.now, updatedAt: tx.now };
    const variant = Object.assign(new Variant(), values, times, { id: newId(), version: 1 });
    tx.persist(variant);
    await tx.write();
    await allowBackorder(tx, new Map([[variant.id, backorderLimit]]));
    await reindexCollections(tx, [variant.productId]);
    return variant;
  }

  /**
   * Changes the given terms. Call after `lockRules`.
   * @throws REFERENCE_UNKNOWN, CONTRADICTION for another product; INSUFFICIENT_INVENTORY for a limit below the backordered units
   */
  async change(tx: Tx, { productId, backorderLimit, ...terms }: Partial<VariantTerms & Placed>): Promise<void> {
    if (productId !== undefined) await this.refuseOtherProduct(tx, productId);
    Object.assign(this, terms, { updatedAt: tx.now });
    await tx.write();
    if (backorderLimit !== undefined) await changeBackorderLimit(tx, this.id, backorderLimit);
    await reindexCollections(tx, [this.productId]);
  }

  private async refuseOtherProduct(tx: Tx, productId: string): Promise<void> {
    await requireExistingIds(tx, { field: 'productId', table: 'products', ids: [productId] });
    const problem = ['productId', 'a variant cannot move to another product', this.productId] as const;
    refuseContradictions(collect([contradictionIf(productId !== this.productId, ...problem)]));
  }

  /** Removes the variant and its stock level. Call after `lockRules`. @throws IN_USE when an offer refers to it */
  async remove(tx: Tx): Promise<void> {
    await refuseReferencedByOffers(tx, [this.id]);
    await removeLevels(tx, [this.id]);
    tx.remove(this);
    await tx.write();
    await reindexCollections(tx, [this.productId]);
  }
}
VariantSchema.setClass(Variant);
