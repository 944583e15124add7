import { z } from 'zod';
import { type OfferedItem, priceRange } from '../../../domain/pricing/bundles/bundle-range.ts';
import { buyable } from '../../../domain/pricing/buyable-bundles.ts';
import type { BundlePricing } from '../../../domain/pricing/inputs.ts';
import { type ListedPrice, listedPrice, type PriceTerms } from '../../../domain/pricing/unit-prices/unit-price.ts';
import { setsOf } from '../../../entities/pricing/bundle-sets.ts';
import type { Database } from '../../../infra/database/database.ts';
import { isUuid } from '../../../infra/ids.ts';
import { paginate, readCursorId } from '../../admin/list-query.ts';
import { bundlePricing } from './bundle-pricing.ts';

const itemSchema = z.object({
  variantId: z.uuid(),
  sku: z.string(),
  title: z.string(),
  slug: z.string().meta({ description: 'Slug of the product.' }),
  size: z.string().nullable(),
  color: z.string().nullable(),
  price: z.int().meta({
    description:
      'Paise: price of one unit in this bundle, by the price lists that apply to the visitor now. Pricing rules do not apply to components.',
  }),
  wasPrice: z
    .int()
    .nullable()
    .meta({ description: "Paise: the variant's base price when a price list lowers it, else null." }),
  surcharge: z.int().meta({ description: 'Paise per unit, added to the price of the bundle.' }),
  maxQuantity: z
    .int()
    .nullable()
    .meta({ description: 'Maximum units in one bundle; null: only the limit of the set applies.' }),
  available: z.int().meta({ description: 'Units available now; not reserved until the checkout.' }),
});

const setSchema = z.object({
  id: z.uuid(),
  title: z.string(),
  minQuantity: z.int(),
  maxQuantity: z.int(),
  items: z.array(itemSchema),
});

const summary = {
  id: z.uuid(),
  slug: z.string(),
  title: z.string(),
  description: z.string(),
  currency: z.string(),
  pricing: bundlePricing,
  price: z.object({ cheapest: z.int(), dearest: z.int() }).nullable().meta({
    description:
      'Price range of one bundle in paise, from the cheapest to the dearest selection, at the prices of the visitor. Null: no valid selection is available now.',
  }),
  available: z.int().meta({ description: 'Bundles available now; not reserved until the checkout.' }),
};

export const bundleSummarySchema = z.object(summary).meta({ id: 'OfferedBundleSummary' });
export const bundleSchema = z.object({ ...summary, sets: z.array(setSchema) }).meta({ id: 'OfferedBundle' });
export type BundleView = z.infer<typeof bundleSchema>;

interface BundleRow {
  id: string;
  slug: string;
  title: string;
  description: string;
  pricing: BundlePricing;
  sets: (Omit<SetView, 'items'> & { items: ItemRow[] })[];
}

type SetView = BundleView['sets'][number];
type ItemView = SetView['items'][number];

interface ItemRow extends Omit<ItemView, 'wasPrice'> {
  /** Prices in the price lists that apply to the visitor. */
  listed: ListedPrice[];
}

// $3: the ids of the price lists that apply.
const LISTED = `
  select coalesce(json_agg(json_build_object('listId', e.price_list_id, 'variantId', e.variant_id,
      'minQuantity', e.min_quantity, 'price', e.price)), '[]')
    from price_list_entries e where e.variant_id = v.id and e.price_list_id = any($3::uuid[])`;

// Variants that are not on sale cannot be chosen, so they are left out.
const ITEMS = `
  select coalesce(json_agg(json_build_object('variantId', v.id, 'sku', v.sku, 'title', p.title, 'slug', p.slug,
      'size', v.size, 'color', v.color, 'price', v.price, 'surcharge', i.surcharge, 'maxQuantity', i.max_quantity,
      'available', greatest(l.on_hand + l.backorder_limit - l.reserved, 0), 'listed', (${LISTED})) order by i.position), '[]')
    from bundle_items i join variants v on v.id = i.variant_id join products p on p.id = v.product_id
      join stock_levels l on l.variant_id = v.id
    where i.set_id = s.id and v.status = 'active' and p.status = 'active'`;

const COLUMNS = `b.id, b.slug, b.title, b.description, b.pricing,
  ${setsOf('b.id', ITEMS)} as sets`;

interface BundleSource {
  db: Database;
  currency: string;
  /** The price lists and rules that apply to the visitor. */
  terms: PriceTerms;
}

/** Reads a bundle with its sets; undefined when it does not exist, or is not on sale and `isAnyStatus` is false. */
export async function readBundle(
  { db, currency, terms }: BundleSource,
  { idOrSlug, isAnyStatus = false }: { idOrSlug: string; isAnyStatus?: boolean },
): Promise<BundleView | undefined> {
  const [row] = await db.query<BundleRow>(
    `select ${COLUMNS} from bundles b where b.${isUuid(idOrSlug) ? 'id' : 'slug'} = $1 and ($2 or b.status = 'active')`,
    [idOrSlug, isAnyStatus, idsOf(terms)],
  );
  return row && viewOf(row, { currency, terms });
}

/** Reads at most `limit` bundles on sale, newest first, after the bundle with the id `before`. */
async function readBundles(
  { db, currency, terms }: BundleSource,
  { before, limit }: { before: string | null; limit: number },
): Promise<Omit<BundleView, 'sets'>[]> {
  const rows = await db.search<BundleRow>(
    `select ${COLUMNS} from bundles b where b.status = 'active' and ($1::uuid is null or b.id < $1)
      order by b.id desc limit $2`,
    [before, limit, idsOf(terms)],
  );
  return rows.map((row) => {
    const { sets: _, ...summary } = viewOf(row, { currency, terms });
    return summary;
  });
}

export interface BundlesRequest {
  limit: number;
  cursor?: string | undefined;
}

/** Reads one page of the bundles on sale. @throws CURSOR_INVALID */
export async function readBundlePage(source: BundleSource, { limit, cursor }: BundlesRequest) {
  const list = { offered: 'bundles' };
  return paginate(list, await readBundles(source, { before: readCursorId(list, cursor), limit: limit + 1 }), limit);
}

const idsOf = ({ lists }: PriceTerms): string[] => lists.map(({ id }) => id);

function viewOf(row: BundleRow, { currency, terms }: { currency: string; terms: PriceTerms }): BundleView {
  const sets = row.sets.map((set) => ({ ...set, items: set.items.map((item) => pricedItem(terms, item)) }));
  const setViews = sets.map((set) => ({ ...set, items: set.items.map(({ steps: _, ...item }): ItemView => item) }));
  return { ...row, sets: setViews, currency, price: priceRange(row.pricing, sets), available: buyable(sets) };
}

function pricedItem(terms: PriceTerms, { listed, ...item }: ItemRow): ItemView & OfferedItem {
  const { variantId, price: unitPrice } = item;
  const priceOf = (quantity: number) => listedPrice(terms, { variantId, unitPrice }, { prices: listed, quantity });
  const price = priceOf(1);
  const from = [...new Set(listed.map(({ minQuantity }) => minQuantity))].filter((units) => units > 1);
  const steps = from.sort((a, b) => a - b).map((units) => ({ from: units, price: priceOf(units) }));
  return { ...item, price, wasPrice: unitPrice > price ? unitPrice : null, steps };
}
