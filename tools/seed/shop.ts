import { GST_CLASSES } from '../../src/domain/tax/gst-classes.ts';
import { addVariants, assignToCollections, createProducts } from '../../src/entities/catalogue/batches.ts';
import { ProductCollection } from '../../src/entities/catalogue/product-collection.ts';
import { receive } from '../../src/entities/stock/stock.ts';
import type { Database } from '../../src/infra/database/database.ts';
import { type Tx, unitOfWork } from '../../src/infra/database/unit-of-work.ts';
import { newId } from '../../src/infra/ids.ts';
import { type PlannedProduct, planProduct, stapleSkus } from './plan.ts';
import { SHELVES } from './wares.ts';

const BATCH = 200;
/** The advisory lock of the seed; the number is arbitrary but must not change. */
const SEED_LOCK = 7_205_760;

/**
 * Seeds the first `productCount` products. Existing ones are not changed. Each batch is a transaction, so a killed seed
 * can simply be run again.
 */
export async function seedShop(db: Database, productCount: number, report: (seeded: number) => void): Promise<void> {
  await unitOfWork(db, 'seed', seedClassesAndCollections);
  let added = 0;
  for (let first = 1; first <= productCount; first += BATCH) {
    const last = Math.min(first + BATCH - 1, productCount);
    const plans = Array.from({ length: last - first + 1 }, (_, index) => planProduct(first + index));
    added += await unitOfWork(db, 'seed', (tx) => stockProducts(tx, plans));
    report(last);
  }
  if (added > 0) await db.query('analyze products, variants, product_collections, stock_levels');
}

/** Returns variants of three different products with at least 50 available units. */
export async function sampleOf(db: Database): Promise<string[]> {
  const rows = await db.query<{ id: string }>(
    `select v.id from variants v join products p on p.id = v.product_id join stock_levels s on s.variant_id = v.id
      where v.position = 1 and p.status = 'active' and v.max_per_order is null and s.on_hand - s.reserved >= 50
      order by v.sku = any($1) desc, v.id limit 3`,
    [stapleSkus()],
  );
  return rows.map(({ id }) => id);
}

/** Seeds the tax classes and the collections. */
async function seedClassesAndCollections(tx: Tx): Promise<void> {
  await lockSeed(tx);
  const rates = GST_CLASSES.flatMap(({ code, rates: slabs }) => slabs.map((slab) => ({ code, ...slab })));
  const codes = GST_CLASSES.map(({ code }) => code);
  await tx.query(
    `insert into tax_classes (code, name) select * from unnest($1::text[], $2::text[]) on conflict do nothing`,
    [codes, GST_CLASSES.map(({ name }) => name)],
  );
  await tx.query(
    `insert into tax_rates (tax_class, valid_from, min_unit_price, percent)
      select * from unnest($1::text[], $2::timestamptz[], $3::bigint[], $4::numeric[]) on conflict do nothing`,
    [
      rates.map(({ code }) => code),
      rates.map(({ validFrom }) => validFrom),
      rates.map(({ minUnitPrice }) => minUnitPrice),
      rates.map(({ percent }) => percent),
    ],
  );
  const there = new Set((await tx.find(ProductCollection, {})).map(({ slug }) => slug));
  const missing = SHELVES.map((shelf, index) => ({ ...shelf, position: index + 1 })).filter(
    ({ slug }) => !there.has(slug),
  );
  for (const shelf of missing) await ProductCollection.create(tx, shelf);
}

/** Adds missing products and their stock. @returns the number of added products. */
async function stockProducts(tx: Tx, plans: readonly PlannedProduct[]): Promise<number> {
  await lockSeed(tx);
  const missing = await missingOf(tx, plans);
  if (missing.length === 0) return 0;
  const collections = new Map((await tx.find(ProductCollection, {})).map(({ slug, id }) => [slug, id]));
  const products = missing.map((plan) => ({ ...plan, id: newId() }));
  const variants = products.flatMap(({ id: productId, variants: planned }) =>
    planned.map((variant) => ({ ...variant, productId, id: newId() })),
  );
  await createProducts(
    tx,
    products.map(({ launchedAt, ...plan }) => ({ ...plan, status: 'active', createdAt: launchedAt })),
  );
  await addVariants(tx, variants);
  const idsOf = (slugs: readonly string[]) => slugs.flatMap((slug) => collections.get(slug) ?? []);
  await assignToCollections(tx, new Map(products.map((plan) => [plan.id, idsOf(plan.collections)])));
  const inStock = variants.filter(({ onHand }) => onHand > 0);
  await receive(tx, { cause: 'seed' }, new Map(inStock.map(({ id, onHand }) => [id, onHand])));
  return missing.length;
}

/** Returns the products whose slug and SKUs are all unused; the shop may have changed the slug of a product. */
async function missingOf(tx: Tx, plans: readonly PlannedProduct[]): Promise<PlannedProduct[]> {
  const skusOf = ({ variants }: PlannedProduct) => variants.map(({ sku }) => sku);
  const rows = await tx.query<{ name: string }>(
    `select slug as name from products where slug = any($1) union all select sku from variants where sku = any($2)`,
    [plans.map(({ slug }) => slug), plans.flatMap(skusOf)],
  );
  const taken = new Set(rows.map(({ name }) => name));
  return plans.filter((plan) => ![plan.slug, ...skusOf(plan)].some((name) => taken.has(name)));
}

/** Allows one seed at a time per database. */
export const lockSeed = (tx: Tx) => tx.query('select pg_advisory_xact_lock($1)', [SEED_LOCK]);
