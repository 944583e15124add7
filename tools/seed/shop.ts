import { GST_CLASSES } from '../../src/domain/tax/gst-classes.ts';
import { Product, ProductCollection } from '../../src/entities/catalogue/product.ts';
import { allowBackorder, receive } from '../../src/entities/stock/stock.ts';
import type { Database } from '../../src/infra/database/database.ts';
import { type Tx, unitOfWork } from '../../src/infra/database/unit-of-work.ts';
import { type PlannedProduct, planProduct, stapleSkus } from './plan.ts';
import { SHELVES } from './wares.ts';

const BATCH = 200;
/** One seed at a time on a database; the number is arbitrary but must stay. */
const SEED_LOCK = 7_205_760;

/**
 * Fills the shop up to its first `wanted` products. What is there is left alone, and each batch is whole or absent:
 * a seed that was killed is simply run again.
 */
export async function seedShop(db: Database, wanted: number, report: (seeded: number) => void): Promise<void> {
  await unitOfWork(db, 'seed', layOut);
  let added = 0;
  for (let first = 1; first <= wanted; first += BATCH) {
    const last = Math.min(first + BATCH - 1, wanted);
    const plans = Array.from({ length: last - first + 1 }, (_, index) => planProduct(first + index));
    added += await unitOfWork(db, 'seed', (tx) => stockProducts(tx, plans));
    report(last);
  }
  if (added > 0) await db.query('analyze products, variants, product_collections, stock_levels');
}

/** Variants of three different products of which at least 50 units can be bought at once. */
export async function sampleOf(db: Database): Promise<string[]> {
  const rows = await db.query<{ id: string }>(
    `select v.id from variants v join products p on p.id = v.product_id join stock_levels s on s.variant_id = v.id
      where v.position = 1 and p.status = 'active' and v.max_per_order is null and s.on_hand - s.reserved >= 50
      order by v.sku = any($1) desc, v.id limit 3`,
    [stapleSkus()],
  );
  return rows.map(({ id }) => id);
}

/** The tax classes and the shelves. */
async function layOut(tx: Tx): Promise<void> {
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
  for (const shelf of missing) tx.persist(ProductCollection.create(shelf));
}

/** @returns how many of the products were not there yet. */
async function stockProducts(tx: Tx, plans: readonly PlannedProduct[]): Promise<number> {
  await lockSeed(tx);
  const missing = await missingOf(tx, plans);
  if (missing.length === 0) return 0;
  const shelves = new Map((await tx.find(ProductCollection, {})).map((shelf) => [shelf.slug, shelf]));
  const onHand = new Map<string, number>();
  const backorders = new Map<string, number>();
  for (const plan of missing) {
    const { product, stock } = makeProduct(plan, shelves);
    tx.persist(product);
    for (const { variantId, units, backorderLimit } of stock) {
      backorders.set(variantId, backorderLimit);
      if (units > 0) onHand.set(variantId, units);
    }
  }
  // Stock levels refer to the variants.
  await tx.write();
  await allowBackorder(tx, backorders);
  await receive(tx, { cause: 'seed' }, onHand);
  return missing.length;
}

/** Those of which neither the slug nor a SKU is taken: a shop may have given a product another slug since. */
async function missingOf(tx: Tx, plans: readonly PlannedProduct[]): Promise<PlannedProduct[]> {
  const skusOf = ({ variants }: PlannedProduct) => variants.map(({ sku }) => sku);
  const rows = await tx.query<{ name: string }>(
    `select slug as name from products where slug = any($1) union all select sku from variants where sku = any($2)`,
    [plans.map(({ slug }) => slug), plans.flatMap(skusOf)],
  );
  const taken = new Set(rows.map(({ name }) => name));
  return plans.filter((plan) => ![plan.slug, ...skusOf(plan)].some((name) => taken.has(name)));
}

function makeProduct(plan: PlannedProduct, shelves: ReadonlyMap<string, ProductCollection>) {
  const { slug, title, description, brand, hsn, taxClass, launchedAt } = plan;
  const product = Product.list({ slug, title, description, brand, hsn, taxClass }, launchedAt);
  for (const name of plan.collections) {
    const shelf = shelves.get(name);
    if (shelf) product.shelve(shelf);
  }
  const stock = plan.variants.map(({ onHand, backorderLimit, ...variant }) => ({
    variantId: product.addVariant(variant).id,
    units: onHand,
    backorderLimit,
  }));
  return { product, stock };
}

/** One seed at a time on a database. */
export const lockSeed = (tx: Tx) => tx.query('select pg_advisory_xact_lock($1)', [SEED_LOCK]);
