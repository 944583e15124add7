import type { ShippingZone, Target } from '../../src/domain/pricing/inputs.ts';
import type { Database } from '../../src/infra/database/database.ts';
import { type Tx, unitOfWork } from '../../src/infra/database/unit-of-work.ts';
import { newId } from '../../src/infra/ids.ts';
import { BUNDLES, type PlannedBundle } from './offers/bundles.ts';
import { DISCOUNTS, type PlannedDiscount } from './offers/discounts.ts';
import { lockSeed } from './shop.ts';

/** Seeds price lists with groups, a rule, discounts, bundles and shipping methods. Existing ones are not changed. */
export async function seedOffers(db: Database): Promise<void> {
  await unitOfWork(db, 'seed', async (tx) => {
    await lockSeed(tx);
    const shelves = await tx.query<{ slug: string; id: string }>(`select slug, id from collections`);
    const shop: Shop = { tx, shelves: new Map(shelves.map(({ slug, id }) => [slug, id])) };
    await priceLists(shop);
    await bulkRule(shop);
    for (const discount of DISCOUNTS) await addDiscount(shop, discount);
    for (const bundle of BUNDLES) await addBundle(shop, bundle);
    await delivery(shop);
  });
}

interface Shop {
  tx: Tx;
  /** Ids by slug. */
  shelves: ReadonlyMap<string, string>;
}

const NOTHING: Target = { productIds: [], variantIds: [], collectionIds: [] };

const targetOf =
  ({ shelves }: Shop) =>
  (...slugs: string[]): Target => ({ ...NOTHING, collectionIds: slugs.flatMap((slug) => shelves.get(slug) ?? []) });

/** Seeds quantity prices for wholesalers and a lower price of tea for members. */
async function priceLists(shop: Shop): Promise<void> {
  await priceList(shop, {
    ...{ group: 'Wholesale', list: 'Wholesale prices', priority: 20 },
    entries: `select v.id, q.from_units, v.price * q.percent / 100 from variants v
      cross join (values (12, 90), (48, 80)) as q (from_units, percent)`,
  });
  await priceList(shop, {
    ...{ group: 'Members', list: 'Tea for members', priority: 10 },
    entries: `select v.id, 1, v.price * 95 / 100 from variants v join product_collections c on c.product_id = v.product_id
      join collections s on s.id = c.collection_id where s.slug = 'tea-and-coffee'`,
  });
}

/** `entries` selects variant, quantity and price (paise). */
async function priceList(
  { tx }: Shop,
  { group, list, priority, entries }: { group: string; list: string; priority: number; entries: string },
): Promise<void> {
  await tx.query(
    `insert into customer_groups (id, name, created_at, updated_at) select $1, $2::text, now(), now()
      where not exists (select 1 from customer_groups where lower(name) = lower($2::text))`,
    [newId(), group],
  );
  const [made] = await tx.query<{ id: string }>(
    `insert into price_lists (id, name, status, priority, group_ids, created_at, updated_at)
      select $1, $2, 'active', $3, array(select id from customer_groups where name = $4), now(), now()
      on conflict (name) do nothing returning id`,
    [newId(), list, priority, group],
  );
  if (!made) return;
  await tx.query(
    `insert into price_list_entries (variant_id, price_list_id, min_quantity, price)
      select e.variant_id, $1, e.min_quantity, e.price from (${entries}) as e (variant_id, min_quantity, price)`,
    [made.id],
  );
}

async function bulkRule(shop: Shop): Promise<void> {
  const action = { kind: 'percent-off', percent: 5 };
  await shop.tx.query(
    `insert into pricing_rules (id, name, status, priority, is_final, include, exclude, min_quantity, action, created_at, updated_at)
      values ($1, 'Books from three of one title on', 'active', 0, false, $2, $3, 3, $4, now(), now()) on conflict (name) do nothing`,
    [newId(), ...[targetOf(shop)('books'), NOTHING, action].map((each) => JSON.stringify(each))],
  );
}

async function addDiscount(shop: Shop, plan: PlannedDiscount): Promise<void> {
  const { name, code, shelves, priority = 0, stacking = 'stackable', stackGroup = null } = plan;
  const { firstOrderOnly = false, minSubtotal = 0, minQuantity = 0, maxUses = null, maxUsesPerCustomer = null } = plan;
  const target = targetOf(shop);
  const [made] = await shop.tx.query<{ id: string }>(
    `insert into discounts (id, name, status, is_automatic, priority, stacking, stack_group, first_order_only, min_subtotal,
        min_quantity, include, exclude, offer, max_uses, max_uses_per_customer, created_at, updated_at)
      values ($1, $2, 'active', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, now(), now())
      on conflict (name) do nothing returning id`,
    [
      ...[newId(), name, code === null, priority, stacking, stackGroup, firstOrderOnly, minSubtotal, minQuantity],
      ...[target(...shelves), NOTHING, plan.offer(target)].map((each) => JSON.stringify(each)),
      ...[maxUses, maxUsesPerCustomer],
    ],
  );
  if (!made || code === null) return;
  await shop.tx.query(
    `insert into discount_codes (code, discount_id, created_at) values ($1, $2, now()) on conflict do nothing`,
    [code, made.id],
  );
}

async function addBundle({ tx }: Shop, { slug, title, description, pricing, sets }: PlannedBundle): Promise<void> {
  const [made] = await tx.query<{ id: string }>(
    `insert into bundles (id, slug, title, description, status, pricing, created_at, updated_at)
      values ($1, $2, $3, $4, 'active', $5, now(), now()) on conflict (slug) do nothing returning id`,
    [newId(), slug, title, description, JSON.stringify(pricing)],
  );
  if (!made) return;
  for (const [position, { title: name, shelf, min, max, surcharge = 0 }] of sets.entries()) {
    const setId = newId();
    await tx.query(
      `insert into bundle_sets (id, bundle_id, title, min_quantity, max_quantity, position) values ($1, $2, $3, $4, $5, $6)`,
      [setId, made.id, name, min, max, position],
    );
    await tx.query(
      `insert into bundle_items (set_id, variant_id, surcharge, position)
        select $1, v.id, $3, row_number() over (order by v.sku) from variants v
          join product_collections c on c.product_id = v.product_id join collections s on s.id = c.collection_id
          where s.slug = $2 and v.position = 1 order by v.sku limit 8`,
      [setId, shelf, surcharge],
    );
  }
  // A small shop lacks some collections: a bundle with an empty set is deleted.
  await tx.query(
    `delete from bundles where id = $1 and exists (select 1 from bundle_sets s where s.bundle_id = $1
      and not exists (select 1 from bundle_items where set_id = s.id))`,
    [made.id],
  );
}

const SOUTH = ['IN-KA', 'IN-TN', 'IN-KL', 'IN-AP', 'IN-TS', 'IN-PY'];

const zone = (name: string, states: string[], [light, heavy]: [number, number]): ShippingZone => ({
  name,
  states,
  maxWeightGrams: 25_000,
  rates: [
    { fromWeightGrams: 0, fromSubtotal: 0, price: light },
    { fromWeightGrams: 5_000, fromSubtotal: 0, price: heavy },
    { fromWeightGrams: 0, fromSubtotal: 4_999_00, price: 0 },
  ],
});

/** Seeds standard delivery (free, the default) and express delivery, priced by zone, weight and subtotal. */
async function delivery({ tx }: Shop): Promise<void> {
  const everywhere: ShippingZone = {
    ...{ name: 'India', states: [], maxWeightGrams: null },
    rates: [{ fromWeightGrams: 0, fromSubtotal: 0, price: 0 }],
  };
  const methods = [
    { name: 'Standard delivery', isDefault: true, zones: [everywhere] },
    {
      name: 'Express delivery',
      isDefault: false,
      zones: [zone('South', SOUTH, [99_00, 149_00]), zone('Rest of India', [], [149_00, 249_00])],
    },
  ];
  for (const [index, { name, isDefault, zones }] of methods.entries()) {
    await tx.query(
      `insert into shipping_methods (id, name, status, is_default, position, hsn, tax_class, zones, created_at, updated_at)
        select $1, $2, 'active', $3 and not exists (select 1 from shipping_methods where is_default), $4, '996812',
          'standard', $5, now(), now() on conflict (name) do nothing`,
      [newId(), name, isDefault, index + 1, JSON.stringify(zones)],
    );
  }
}
