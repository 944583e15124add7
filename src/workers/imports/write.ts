import { reindexCollections } from '../../entities/catalogue/collection-rule.ts';
import { allowBackorder } from '../../entities/stock/levels.ts';
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
  if (plan.products.size > 0) await writeProducts(tx, plan, existing);
  if (plan.variants.size > 0) await writeVariants(tx, plan, existing);
  const withVariants = [...plan.variants.values()].flatMap(({ slug }) => existing.products.get(slug)?.id ?? []);
  const touched = new Set([...plan.products.keys(), ...withVariants]);
  if (touched.size > 0) await reindexCollections(tx, [...touched].sort());
  if (plan.goods.size > 0) await receive(tx, { cause: 'import', causeId: importId }, plan.goods);
  await tx.write();
}

const PRODUCT_ROWS = `jsonb_to_recordset($1::jsonb) as r (id uuid, slug text, title text, description text, brand text,
  hsn text, uqc text, "taxClass" text, status text, attributes jsonb, media jsonb, shelves uuid[])`;

async function writeProducts(tx: Tx, plan: Plan, { collections }: ExistingCatalogue): Promise<void> {
  const rows = [...plan.products.values()].map(({ id, slug, isNew, fields }) => {
    const shelves = fields.collections.flatMap((name) => collections.get(name)?.id ?? []);
    return { ...fields, id, slug, isNew, shelves };
  });
  const [created, updated] = [rows.filter(({ isNew }) => isNew), rows.filter(({ isNew }) => !isNew)];
  if (created.length > 0) {
    await tx.query(
      `insert into products (id, slug, title, description, brand, hsn, uqc, tax_class, status, attributes, media, created_at, updated_at)
        select id, slug, title, description, brand, hsn, uqc, "taxClass", status, attributes, media, $2, $2 from ${PRODUCT_ROWS}`,
      [JSON.stringify(created), tx.now],
    );
  }
  if (updated.length > 0) {
    await tx.query(
      `update products p set title = r.title, description = r.description, brand = r.brand, hsn = r.hsn,
          uqc = r.uqc, tax_class = r."taxClass", status = r.status, attributes = r.attributes, media = r.media,
          version = p.version + 1, updated_at = $2
        from ${PRODUCT_ROWS} where p.id = r.id`,
      [JSON.stringify(updated), tx.now],
    );
  }
  await tx.query(
    `with wanted as (select r.id as product, shelf from ${PRODUCT_ROWS}, unnest(r.shelves) as shelf),
        gone as (delete from product_collections pc using collections c
          where pc.product_id = any($2::uuid[]) and c.id = pc.collection_id and c.kind = 'manual'
            and not exists (select 1 from wanted w where w.product = pc.product_id and w.shelf = pc.collection_id))
      insert into product_collections (collection_id, product_id) select shelf, product from wanted on conflict do nothing`,
    [JSON.stringify(rows), [...plan.products.keys()]],
  );
}

const VARIANT_ROWS = `jsonb_to_recordset($1::jsonb) as r (id uuid, "productId" uuid, place int, sku text, size text,
  color text, price bigint, "weightGrams" int, "maxPerOrder" int, status text, attributes jsonb)`;

async function writeVariants(tx: Tx, plan: Plan, { products }: ExistingCatalogue): Promise<void> {
  const rows = [...plan.variants.values()].map(({ id, slug, isNew, fields }, place) => {
    return { ...fields, id, isNew, place, productId: products.get(slug)?.id };
  });
  const [created, updated] = [rows.filter(({ isNew }) => isNew), rows.filter(({ isNew }) => !isNew)];
  if (created.length > 0) {
    // New variants follow the product's existing variants, in the order of the file.
    await tx.query(
      `insert into variants (id, product_id, sku, size, color, price, position, weight_grams, max_per_order, status,
            attributes, created_at, updated_at)
        select id, "productId", sku, size, color, price, coalesce(
            (select max(position) from variants v where v.product_id = r."productId"), 0)
              + row_number() over (partition by "productId" order by place),
          "weightGrams", "maxPerOrder", status, attributes, $2, $2 from ${VARIANT_ROWS}`,
      [JSON.stringify(created), tx.now],
    );
  }
  if (updated.length > 0) {
    await tx.query(
      `update variants v set size = r.size, color = r.color, price = r.price, weight_grams = r."weightGrams",
          max_per_order = r."maxPerOrder", status = r.status, attributes = r.attributes,
          version = v.version + 1, updated_at = $2
        from ${VARIANT_ROWS} where v.id = r.id`,
      [JSON.stringify(updated), tx.now],
    );
  }
  await allowBackorder(tx, new Map(rows.map(({ id, backorderLimit }) => [id, backorderLimit])));
}
