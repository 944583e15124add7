import { defineEntity, p } from '@mikro-orm/core';
import { collect, contradictionIf, refuseContradictions } from '../../domain/pricing/contradictions/contradiction.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { newId } from '../../infra/ids.ts';
import { refuseReferencedByOffers, requireExistingIds } from '../offers/references.ts';
import { removeLevels } from '../stock/levels.ts';
import { addVariants, assignToCollections } from './batches.ts';
import { reindexCollections } from './collection-rule.ts';
import { makeUniqueSlug } from './slugs.ts';
import { requireTaxClass } from './tax-rates.ts';
import { type NewProduct, type NewVariant, PRODUCT_DEFAULTS, type ProductStatus, type ProductTerms } from './terms.ts';

const ProductSchema = defineEntity({
  name: 'Product',
  tableName: 'products',
  properties: {
    id: p.uuid().primary(),
    slug: p.text(),
    title: p.text(),
    description: p.text(),
    brand: p.text(),
    hsn: p.text(),
    uqc: p.text(),
    taxClass: p.text(),
    status: p.string().$type<ProductStatus>(),
    attributes: p.json<object>(),
    media: p.json<object[]>(),
    version: p.integer().version(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
  },
});

interface Parts {
  /** Exactly the manual collections that contain it. */
  collectionIds?: string[];
  /** Variants to add after the existing ones. */
  variants?: NewVariant[];
}

/** A product with its variants. It is on sale while its status is `active`. */
export class Product extends ProductSchema.class {
  /** Makes a slug from the title if none is given. Call after `lockRules`. @throws REFERENCE_UNKNOWN, CONTRADICTION */
  static async create(tx: Tx, terms: NewProduct & Parts): Promise<Product> {
    const slug = terms.slug ?? (await makeUniqueSlug(tx, 'products', terms.title));
    const product = Object.assign(new Product(), PRODUCT_DEFAULTS, { id: newId(), version: 1, createdAt: tx.now });
    tx.persist(product);
    await product.change(tx, { ...terms, slug });
    return product;
  }

  /** Changes the given terms and parts. Call after `lockRules`. @throws REFERENCE_UNKNOWN, CONTRADICTION */
  async change(tx: Tx, { collectionIds, variants = [], ...terms }: Partial<ProductTerms> & Parts): Promise<void> {
    Object.assign(this, terms, { updatedAt: tx.now });
    await requireTaxClass(tx, this.taxClass);
    if (collectionIds) await requireManualCollections(tx, collectionIds);
    await tx.write();
    await addVariants(
      tx,
      variants.map((variant) => ({ ...variant, id: newId(), productId: this.id })),
    );
    if (collectionIds) await assignToCollections(tx, new Map([[this.id, collectionIds]]));
    await reindexCollections(tx, [this.id]);
  }

  /** Removes the product with its variants. Call after `lockRules`. @throws IN_USE when an offer refers to one of them */
  async remove(tx: Tx): Promise<void> {
    const variants = await tx.query<{ id: string }>(
      `select id from variants where product_id = $1 order by id for update`,
      [this.id],
    );
    const variantIds = variants.map(({ id }) => id);
    await refuseReferencedByOffers(tx, [this.id, ...variantIds]);
    await tx.query(`delete from product_collections where product_id = $1`, [this.id]);
    await removeLevels(tx, variantIds);
    await tx.query(`delete from variants where product_id = $1`, [this.id]);
    tx.remove(this);
  }
}
ProductSchema.setClass(Product);

/** @throws REFERENCE_UNKNOWN; CONTRADICTION for a collection that is filled by a rule */
async function requireManualCollections(tx: Tx, ids: readonly string[]): Promise<void> {
  await requireExistingIds(tx, { field: 'collectionIds', table: 'collections', ids });
  const byRule = await tx.query(`select 1 from collections where id = any($1) and kind = 'rule'`, [ids]);
  const problem = ['contains a collection that is filled by a rule', 'collections of kind manual'] as const;
  refuseContradictions(collect([contradictionIf(byRule.length > 0, 'collectionIds', ...problem)]));
}
