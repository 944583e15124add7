import { Collection, defineEntity, p } from '@mikro-orm/core';
import { newId } from '../../infra/ids.ts';

export type ProductStatus = 'draft' | 'active' | 'archived';

const ProductCollectionSchema = defineEntity({
  name: 'ProductCollection',
  tableName: 'collections',
  properties: { id: p.uuid().primary(), slug: p.string(), title: p.string(), position: p.integer() },
});

/** A collection of products. */
export class ProductCollection extends ProductCollectionSchema.class {
  static create(from: { slug: string; title: string; position: number }): ProductCollection {
    return Object.assign(new ProductCollection(), { id: newId(), ...from });
  }
}
ProductCollectionSchema.setClass(ProductCollection);

const VariantSchema = defineEntity({
  name: 'Variant',
  tableName: 'variants',
  properties: {
    id: p.uuid().primary(),
    product: () => p.manyToOne(Product),
    sku: p.string(),
    size: p.string().nullable(),
    color: p.string().nullable(),
    price: p.bigint('number'),
    position: p.integer(),
    maxPerOrder: p.integer().nullable(),
    version: p.integer().version(),
  },
});

/** One size and colour of a product, with its price in paise. Buyers order variants. */
export class Variant extends VariantSchema.class {}
VariantSchema.setClass(Variant);

const ProductSchema = defineEntity({
  name: 'Product',
  tableName: 'products',
  properties: {
    id: p.uuid().primary(),
    slug: p.string(),
    title: p.string(),
    description: p.text(),
    brand: p.string(),
    hsn: p.string(),
    taxClass: p.string(),
    status: p.string().$type<ProductStatus>(),
    version: p.integer().version(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
    variants: () => p.oneToMany(Variant).mappedBy('product').orderBy({ position: 'asc' }),
    collections: () =>
      p
        .manyToMany(ProductCollection)
        .pivotTable('product_collections')
        .joinColumn('product_id')
        .inverseJoinColumn('collection_id'),
  },
});

export interface NewProduct {
  slug: string;
  title: string;
  description: string;
  brand: string;
  hsn: string;
  taxClass: string;
}

export interface NewVariant {
  sku: string;
  size: string | null;
  color: string | null;
  /** Paise, with or without tax as the shop states its prices. */
  price: number;
  maxPerOrder: number | null;
}

/** A product with its variants. It is on sale while its status is `active`. */
export class Product extends ProductSchema.class {
  override variants = new Collection<Variant>(this);
  override collections = new Collection<ProductCollection>(this);

  /** Creates an active product. */
  static list(from: NewProduct, now: Date): Product {
    return Object.assign(new Product(), { id: newId(), ...from, status: 'active', createdAt: now, updatedAt: now });
  }

  /** Adds a variant after the others. */
  addVariant(from: NewVariant): Variant {
    const variant = Object.assign(new Variant(), { id: newId(), ...from, position: this.variants.length + 1 });
    this.variants.add(variant);
    return variant;
  }

  /** Assigns the product to a collection. */
  assignToCollection(collection: ProductCollection): void {
    this.collections.add(collection);
  }
}
ProductSchema.setClass(Product);
