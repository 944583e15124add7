import { defineEntity, p } from '@mikro-orm/core';
import { refused } from '../../domain/errors.ts';
import { collect, contradictionIf, refuseContradictions } from '../../domain/pricing/contradictions/contradiction.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { newId } from '../../infra/ids.ts';
import { refuseReferencedByOffers } from '../offers/references.ts';
import { refillCollection } from './collection-rule.ts';
import { makeUniqueSlug } from './slugs.ts';

const ProductCollectionSchema = defineEntity({
  name: 'ProductCollection',
  tableName: 'collections',
  properties: {
    id: p.uuid().primary(),
    slug: p.text(),
    title: p.text(),
    description: p.text(),
    position: p.integer(),
    status: p.string().$type<'active' | 'archived'>(),
    kind: p.string().$type<'manual' | 'rule'>(),
    rule: p.json<object>().nullable(),
    version: p.integer().version(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
  },
});

/** What staff decide about a collection. */
export interface CollectionTerms {
  slug: string;
  title: string;
  description: string;
  /** Position in the menu, ascending. */
  position: number;
  status: 'active' | 'archived';
  kind: 'manual' | 'rule';
  /** Null for kind `manual`. */
  rule: object | null;
}

const DEFAULTS = { description: '', position: 1_000, status: 'active', kind: 'manual', rule: null } as const;

/** A collection of products: those that staff add to it, or those that match its rule. */
export class ProductCollection extends ProductCollectionSchema.class {
  /** Makes a slug from the title if none is given. @throws CONTRADICTION */
  static async create(
    tx: Tx,
    terms: Pick<CollectionTerms, 'title'> & Partial<CollectionTerms>,
  ): Promise<ProductCollection> {
    const slug = terms.slug ?? (await makeUniqueSlug(tx, 'collections', terms.title));
    const collection = Object.assign(new ProductCollection(), DEFAULTS, { id: newId(), version: 1, createdAt: tx.now });
    tx.persist(collection);
    await collection.change(tx, { ...terms, slug });
    return collection;
  }

  /** Changes the given terms; a given rule fills the collection anew. Call after `lockRulesForChange`. @throws CONTRADICTION */
  async change(tx: Tx, terms: Partial<CollectionTerms>): Promise<void> {
    Object.assign(this, terms, { updatedAt: tx.now });
    const { kind, rule } = this;
    const [problem, expected] = [`does not fit kind ${kind}`, kind === 'rule' ? 'a rule' : 'null'];
    refuseContradictions(collect([contradictionIf((kind === 'rule') !== (rule !== null), 'rule', problem, expected)]));
    if (!terms.rule) return;
    await tx.write();
    await refillCollection(tx, this.id);
  }

  /** @throws PRODUCT_NOT_FOUND; CONTRADICTION for a collection that is filled by a rule */
  async addProduct(tx: Tx, productId: string): Promise<void> {
    await this.requireManual(tx, productId);
    await tx.query(
      `insert into product_collections (collection_id, product_id) values ($1, $2) on conflict do nothing`,
      [this.id, productId],
    );
  }

  /** @throws PRODUCT_NOT_FOUND; CONTRADICTION for a collection that is filled by a rule */
  async removeProduct(tx: Tx, productId: string): Promise<void> {
    await this.requireManual(tx, productId);
    await tx.query(`delete from product_collections where collection_id = $1 and product_id = $2`, [
      this.id,
      productId,
    ]);
  }

  private async requireManual(tx: Tx, productId: string): Promise<void> {
    const products = await tx.query(`select 1 from products where id = $1 for key share`, [productId]);
    if (products.length === 0) throw refused('PRODUCT_NOT_FOUND', { product: productId });
    const problem = ['id', 'the collection is filled by a rule', 'a collection of kind manual'] as const;
    refuseContradictions(collect([contradictionIf(this.kind === 'rule', ...problem)]));
  }

  /** Removes the collection; its products stay. @throws IN_USE when an offer refers to it */
  async remove(tx: Tx): Promise<void> {
    await refuseReferencedByOffers(tx, [this.id]);
    await tx.query(`delete from product_collections where collection_id = $1`, [this.id]);
    tx.remove(this);
  }
}
ProductCollectionSchema.setClass(ProductCollection);
