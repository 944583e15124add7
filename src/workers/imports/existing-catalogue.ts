import type { ImportRow, ProductFields, VariantFields } from '../../entities/import/row.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';

/** A valid line, with its number in the file. */
export interface NumberedRow extends ImportRow {
  row: number;
}

/** Every product field of an import, with all defaults filled in. */
export type CompleteProduct = ProductFields & { uqc: string };

export interface ExistingProduct {
  id: string;
  slug: string;
  /** `collections` holds only the manual collections. */
  fields: CompleteProduct;
}

/** Every variant field of an import, with all defaults filled in. */
export type CompleteVariant = Omit<VariantFields, 'variantStatus' | 'variantAttributes' | 'onHand'> & {
  status: 'active' | 'archived';
  attributes: Record<string, unknown>;
};

export interface ExistingVariant {
  id: string;
  /** The slug of the product. */
  slug: string;
  /** Reserved units that are not on hand: the lowest possible backorder limit. */
  owed: number;
  fields: CompleteVariant;
}

/** The existing products, variants, collections and tax classes that some rows refer to. */
export interface ExistingCatalogue {
  products: Map<string, ExistingProduct>;
  variants: Map<string, ExistingVariant>;
  collections: ReadonlyMap<string, { id: string; kind: 'manual' | 'rule' }>;
  taxClasses: ReadonlySet<string>;
}

/**
 * Loads the existing records of the rows in four statements. Locks products and variants, in the order of their ids.
 */
export async function loadExistingCatalogue(tx: Tx, rows: readonly NumberedRow[]): Promise<ExistingCatalogue> {
  const fields = rows.flatMap(({ product }) => product ?? []);
  const products = await productsOf(tx, [...new Set(rows.map(({ slug }) => slug))]);
  const variants = await variantsOf(tx, [...new Set(rows.flatMap(({ variant }) => variant?.sku ?? []))]);
  const collections = await tx.query<{ id: string; slug: string; kind: 'manual' | 'rule' }>(
    `select id, slug, kind from collections where slug = any($1) order by id for key share`,
    [[...new Set(fields.flatMap(({ collections }) => collections))]],
  );
  const taxClasses = await tx.query<{ code: string }>(
    `select distinct tax_class as code from tax_rates where tax_class = any($1) and valid_from <= now()`,
    [[...new Set(fields.map(({ taxClass }) => taxClass))]],
  );
  return {
    products: new Map(products.map((product) => [product.slug, product])),
    variants: new Map(variants.map((variant) => [variant.fields.sku, variant])),
    collections: new Map(collections.map((collection) => [collection.slug, collection])),
    taxClasses: new Set(taxClasses.map(({ code }) => code)),
  };
}

async function productsOf(tx: Tx, slugs: readonly string[]): Promise<ExistingProduct[]> {
  const rows = await tx.query<CompleteProduct & { id: string; slug: string }>(
    `select id, slug, title, description, brand, hsn, uqc, tax_class as "taxClass", status, array(
          select c.slug from product_collections pc join collections c on c.id = pc.collection_id
            where pc.product_id = p.id and c.kind = 'manual') as collections, attributes, media
      from products p where slug = any($1) order by id for update of p`,
    [slugs],
  );
  return rows.map(({ id, slug, ...fields }) => {
    return { id, slug, fields: { ...fields, collections: fields.collections.toSorted() } };
  });
}

async function variantsOf(tx: Tx, skus: readonly string[]): Promise<ExistingVariant[]> {
  const rows = await tx.query<CompleteVariant & Omit<ExistingVariant, 'fields'>>(
    `select v.id, p.slug, coalesce(s.reserved - s.on_hand, 0) as owed, v.sku, v.size, v.color, v.price,
        v.weight_grams as "weightGrams", v.max_per_order as "maxPerOrder",
        coalesce(s.backorder_limit, 0) as "backorderLimit", v.status, v.attributes
      from variants v join products p on p.id = v.product_id left join stock_levels s on s.variant_id = v.id
      where v.sku = any($1) order by v.id for update of v`,
    [skus],
  );
  return rows.map(({ id, slug, owed, ...fields }) => ({ id, slug, owed, fields }));
}
