import type { Tx } from '../../infra/database/unit-of-work.ts';
import { allowBackorder } from '../stock/levels.ts';
import {
  type NewProduct,
  type NewVariant,
  PRODUCT_DEFAULTS,
  type ProductTerms,
  VARIANT_DEFAULTS,
  type VariantTerms,
} from './terms.ts';

/*
 * Changes of many products or variants, each in a fixed number of statements. The caller has checked what refers to
 * collections and tax classes, and calls `reindexCollections` at the end.
 */

const PRODUCTS = `jsonb_to_recordset($1::jsonb) as r (id uuid, slug text, title text, description text, brand text,
  hsn text, uqc text, "taxClass" text, status text, attributes jsonb, media jsonb, "createdAt" timestamptz)`;

/** Creates products with these ids; `createdAt` is their launch. */
export async function createProducts(
  tx: Tx,
  products: readonly (NewProduct & { id: string; slug: string; createdAt: Date })[],
): Promise<void> {
  if (products.length === 0) return;
  await tx.query(
    `insert into products (id, slug, title, description, brand, hsn, uqc, tax_class, status, attributes, media, created_at, updated_at)
      select id, slug, title, description, brand, hsn, uqc, "taxClass", status, attributes, media, "createdAt", "createdAt"
        from ${PRODUCTS}`,
    [JSON.stringify(products.map((product) => ({ ...PRODUCT_DEFAULTS, ...product })))],
  );
}

/** Changes all terms of products but their slugs. */
export async function changeProducts(
  tx: Tx,
  products: readonly (Omit<ProductTerms, 'slug'> & { id: string })[],
): Promise<void> {
  if (products.length === 0) return;
  await tx.query(
    `update products p set title = r.title, description = r.description, brand = r.brand, hsn = r.hsn,
        uqc = r.uqc, tax_class = r."taxClass", status = r.status, attributes = r.attributes, media = r.media,
        version = p.version + 1, updated_at = $2
      from ${PRODUCTS} where p.id = r.id`,
    [JSON.stringify(products), tx.now],
  );
}

/** Assigns products to exactly these manual collections. Collections with a rule do not change. */
export async function assignToCollections(
  tx: Tx,
  collectionIds: ReadonlyMap<string, readonly string[]>,
): Promise<void> {
  if (collectionIds.size === 0) return;
  const memberships = [...collectionIds].flatMap(([product, ids]) =>
    ids.map((collection) => ({ product, collection })),
  );
  await tx.query(
    `with memberships as (select * from jsonb_to_recordset($1::jsonb) as r (product uuid, collection uuid)),
        gone as (delete from product_collections pc using collections c
          where pc.product_id = any($2::uuid[]) and c.id = pc.collection_id and c.kind = 'manual'
            and not exists (select 1 from memberships m where m.product = pc.product_id and m.collection = pc.collection_id))
      insert into product_collections (collection_id, product_id) select collection, product from memberships
        on conflict do nothing`,
    [JSON.stringify(memberships), [...collectionIds.keys()]],
  );
}

const VARIANTS = `jsonb_to_recordset($1::jsonb) as r (id uuid, "productId" uuid, place int, sku text, size text,
  color text, price bigint, "weightGrams" int, "maxPerOrder" int, status text, attributes jsonb)`;

/** Adds variants after the existing ones of their products, in this order, each with an empty stock level. */
export async function addVariants(
  tx: Tx,
  variants: readonly (NewVariant & { id: string; productId: string })[],
): Promise<void> {
  if (variants.length === 0) return;
  const rows = variants.map((variant, place) => ({ ...VARIANT_DEFAULTS, ...variant, place }));
  await tx.query(
    `insert into variants (id, product_id, sku, size, color, price, position, weight_grams, max_per_order, status,
          attributes, created_at, updated_at)
      select id, "productId", sku, size, color, price, coalesce(
          (select max(position) from variants v where v.product_id = r."productId"), 0)
            + row_number() over (partition by "productId" order by place),
        "weightGrams", "maxPerOrder", status, attributes, $2, $2 from ${VARIANTS}`,
    [JSON.stringify(rows), tx.now],
  );
  await allowBackorder(tx, new Map(rows.map(({ id, backorderLimit }) => [id, backorderLimit])));
}

/** Changes all terms of variants but their SKUs. */
export async function changeVariants(
  tx: Tx,
  variants: readonly (Omit<VariantTerms, 'sku'> & { id: string })[],
): Promise<void> {
  if (variants.length === 0) return;
  await tx.query(
    `update variants v set size = r.size, color = r.color, price = r.price, weight_grams = r."weightGrams",
        max_per_order = r."maxPerOrder", status = r.status, attributes = r.attributes,
        version = v.version + 1, updated_at = $2
      from ${VARIANTS} where v.id = r.id`,
    [JSON.stringify(variants), tx.now],
  );
  await allowBackorder(tx, new Map(variants.map(({ id, backorderLimit }) => [id, backorderLimit])));
}
