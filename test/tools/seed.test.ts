import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { GST_CLASSES } from '../../src/domain/tax/gst-classes.ts';
import { rateFor } from '../../src/domain/tax/tax.ts';
import type { Database } from '../../src/infra/database/database.ts';
import { seedOffers } from '../../tools/seed/offers.ts';
import { planProduct } from '../../tools/seed/plan.ts';
import { sampleOf, seedShop } from '../../tools/seed/shop.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';

const run = promisify(execFile);
const SEED = join(import.meta.dirname, '../../tools/seed.ts');
const silent = () => undefined;

describe('the demonstration shop', function () {
  this.timeout(30_000);
  let fresh: FreshDatabase;
  let db: Database;
  before(async () => {
    fresh = await freshDatabase();
    db = fresh.db;
    await seedShop(db, 320, silent);
    await seedOffers(db);
    await seedOffers(db);
  });
  after(() => fresh.close());

  const one = async (sql: string) => (await db.query<Record<string, number>>(sql))[0] ?? {};

  it('has hundreds of products on many shelves, in sizes and colours', async () => {
    expect(await one('select count(*) as products, count(distinct title) as titles from products')).to.deep.equal({
      products: 320,
      titles: 320,
    });
    const {
      variants = 0,
      sizes = 0,
      colors = 0,
    } = await one(
      'select count(*) as variants, count(distinct size) as sizes, count(distinct color) as colors from variants',
    );
    expect(variants).to.be.at.least(1_000);
    expect(Math.min(sizes, colors)).to.be.at.least(20);
    const shelves = await db.query<{ n: number }>(
      'select (select count(*) from product_collections where collection_id = c.id) as n from collections c',
    );
    expect(shelves).to.have.length.at.least(8);
    expect(Math.min(...shelves.map(({ n }) => n))).to.be.at.least(10);
  });

  it('sells at whole rupees, each price with a tax rate that is in force', async () => {
    const rows = await db.query<{ price: number; code: string }>(
      'select v.price, p.tax_class as code from variants v join products p on p.id = v.product_id',
    );
    const now = new Date().toISOString();
    const rates = new Map(GST_CLASSES.map((each) => [each.code, each.rates]));
    for (const { price, code } of rows) {
      expect(price % 100, String(price)).to.equal(0);
      expect(() =>
        rateFor(rates.get(code) ?? [], { amount: price, quantity: 1, isTaxInside: true }, now),
      ).not.to.throw();
    }
    const stored = await one('select count(*) as rates from tax_rates');
    expect(stored.rates).to.equal(GST_CLASSES.flatMap((each) => each.rates).length);
  });

  it('shows every kind of offer: price lists of two groups, a rule, each discount, four bundles, two methods of delivery', async () => {
    const kinds = await db.query<{ kind: string }>(
      `select distinct offer ->> 'kind' as kind from discounts order by 1`,
    );
    expect(kinds.map(({ kind }) => kind)).to.deep.equal([
      'buy-x-get-y',
      'cart',
      'fixed-amount',
      'free-shipping',
      'percentage',
      'tiered',
    ]);
    expect(
      await one(`select (select count(*) from price_lists where cardinality(group_ids) = 1) as lists,
        (select count(*) from pricing_rules) as rules, (select count(distinct pricing ->> 'kind') from bundles) as bundles,
        (select count(*) from bundle_sets s where not exists (select 1 from bundle_items where set_id = s.id)) as empty,
        (select count(*) from shipping_methods) as methods`),
    ).to.deep.equal({ lists: 2, rules: 1, bundles: 4, empty: 0, methods: 2 });
  });

  it('has a ledger that adds up to every level', async () => {
    const differing = await db.query(
      `select s.variant_id from stock_levels s left join inventory_movements m on m.variant_id = s.variant_id
        group by s.variant_id, s.on_hand, s.reserved
        having s.on_hand <> coalesce(sum(m.on_hand_delta), 0) or s.reserved <> coalesce(sum(m.reserved_delta), 0)`,
    );
    expect(differing).to.deep.equal([]);
    expect(
      await one(
        'select count(*) as without from variants v where not exists (select from stock_levels where variant_id = v.id)',
      ),
    ).to.deep.equal({ without: 0 });
  });

  it('has goods that are sold out, that may be backordered and that are limited', async () => {
    const { gone, backordered } = await one(
      `select count(*) filter (where on_hand + backorder_limit = 0) as gone,
        count(*) filter (where backorder_limit > 0) as backordered from stock_levels`,
    );
    const { limited } = await one('select count(*) as limited from variants where max_per_order is not null');
    for (const count of [gone, backordered, limited]) expect(count).to.be.within(30, 200);
  });

  it('names three plentiful variants of different products, the same ones every time', async () => {
    const sample = await sampleOf(db);
    const products = await db.query<{ id: string; onHand: number }>(
      `select distinct v.product_id as id, s.on_hand as "onHand" from variants v join stock_levels s on s.variant_id = v.id
        where v.id = any($1)`,
      [sample],
    );
    expect(products).to.have.length(3);
    expect(Math.min(...products.map(({ onHand }) => onHand))).to.be.at.least(50);
    expect(await sampleOf(db)).to.deep.equal(sample);
  });
});

describe('seeding', function () {
  this.timeout(30_000);
  let fresh: FreshDatabase;
  beforeEach(async () => {
    fresh = await freshDatabase();
  });
  afterEach(() => fresh.close());

  const products = () => fresh.db.query<{ id: string; slug: string }>('select id, slug from products order by id');

  it('adds only what is missing, and leaves alone what is there', async () => {
    await seedShop(fresh.db, 5, silent);
    await fresh.db.query(`update products set title = 'Renamed' where slug = $1`, [planProduct(2).slug]);
    await fresh.db.query(`update products set slug = 'other' where slug = $1`, [planProduct(3).slug]);
    const before = await products();
    await seedShop(fresh.db, 5, silent);
    expect(await products()).to.deep.equal(before);
    await seedShop(fresh.db, 9, silent);
    const after = await products();
    expect(after.slice(0, 5)).to.deep.equal(before);
    expect(after.map(({ slug }) => slug)).to.have.members([
      'other',
      ...[1, 2, 4, 5, 6, 7, 8, 9].map((n) => planProduct(n).slug),
    ]);
    expect(await fresh.db.query(`select 1 from products where title = 'Renamed'`)).to.have.length(1);
  });

  it('goes on where an earlier one was killed', async () => {
    const killed = seedShop(fresh.db, 401, (seeded) => {
      if (seeded === 200) throw new Error('killed');
    });
    await killed.then(
      () => expect.fail('it was not killed'),
      (error) => expect(error.message).to.equal('killed'),
    );
    expect(await products()).to.have.length(200);
    await seedShop(fresh.db, 401, silent);
    expect(await products()).to.have.length(401);
  });

  it('may run twice at once', async () => {
    await Promise.all([seedShop(fresh.db, 20, silent), seedShop(fresh.db, 20, silent)]);
    expect(await products()).to.have.length(20);
  });

  it('gives the product of a number the same face in every shop', () => {
    expect(planProduct(77)).to.deep.equal(planProduct(77));
    const { slug, variants } = planProduct(5);
    expect(slug).to.equal('block-print-cotton-straight-kurta-5');
    expect(variants[0]).to.include({ sku: 'VC-KUR-00005-RUST-XS', price: 2_349_00 });
    const plans = Array.from({ length: 3_000 }, (_, index) => planProduct(index + 1));
    expect(new Set(plans.map(({ title }) => title)).size).to.equal(3_000);
    const skus = plans.flatMap((plan) => plan.variants.map(({ sku }) => sku));
    expect(new Set(skus).size).to.equal(skus.length);
  });

  it('prints its progress and the sample as JSON lines', async () => {
    const { stdout } = await run('node', [SEED, '--products', '4'], {
      env: { ...process.env, DATABASE_URL: fresh.url },
    });
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).to.deep.equal([{ seeded: 4, of: 4 }, { sample: await sampleOf(fresh.db) }]);
  });

  it('says what is wrong with how it was called', async () => {
    const failure = (args: string[], env: NodeJS.ProcessEnv) =>
      run('node', [SEED, ...args], { env: { PATH: process.env.PATH, ...env } }).then(
        () => expect.fail('it succeeded'),
        (error: { code: number; stderr: string }) => error,
      );
    const wrong = await failure(['--products', 'many'], { DATABASE_URL: fresh.url });
    expect([wrong.code, wrong.stderr]).to.satisfy(
      ([code, text]: [number, string]) => code === 2 && text.includes('Usage'),
    );
    const unset = await failure([], {});
    expect([unset.code, unset.stderr]).to.satisfy(
      ([code, text]: [number, string]) => code === 1 && /DATABASE_URL: is missing/.test(text),
    );
  });
});
