import { z } from 'zod';
import { type OfferedSet, priceRange } from '../../domain/pricing/bundle-range.ts';
import { buyable } from '../../domain/pricing/buyable.ts';
import type { BundlePricing } from '../../domain/pricing/inputs.ts';
import { setsOf } from '../../entities/pricing/bundle-sets.ts';
import type { Database } from '../../infra/database.ts';
import { startOf, toPage } from '../admin/page.ts';
import { bundlePricing } from './bundle-pricing.ts';

const itemSchema = z.object({
  variantId: z.uuid(),
  sku: z.string(),
  title: z.string(),
  slug: z.string().meta({ description: 'Of the product.' }),
  size: z.string().nullable(),
  color: z.string().nullable(),
  price: z.int().meta({ description: "Paise: the variant's own price." }),
  surcharge: z.int().meta({ description: 'Paise on top of the price of the bundle, for each unit.' }),
  maxQuantity: z.int().nullable().meta({ description: 'In one bundle; null: as many as the set allows.' }),
  available: z.int().meta({ description: 'Units on sale now; a hint, the checkout decides.' }),
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
      "Paise of one bundle: between the cheapest and the dearest selection, by the variants' own prices. Null: nothing can be chosen now.",
  }),
  available: z.int().meta({ description: 'How many can be bought at most; a hint, the checkout decides.' }),
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
  sets: (OfferedSet & BundleView['sets'][number])[];
}

// What is not on sale cannot be chosen, so it is not shown.
const ITEMS = `
  select coalesce(json_agg(json_build_object('variantId', v.id, 'sku', v.sku, 'title', p.title, 'slug', p.slug,
      'size', v.size, 'color', v.color, 'price', v.price, 'surcharge', i.surcharge, 'maxQuantity', i.max_quantity,
      'available', greatest(l.on_hand + l.backorder_limit - l.reserved, 0)) order by i.position), '[]')
    from bundle_items i join variants v on v.id = i.variant_id join products p on p.id = v.product_id
      join stock_levels l on l.variant_id = v.id
    where i.set_id = s.id and v.status = 'active' and p.status = 'active'`;

const COLUMNS = `b.id, b.slug, b.title, b.description, b.pricing,
  ${setsOf('b.id', ITEMS)} as sets`;

interface Shelf {
  db: Database;
  currency: string;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Reads a bundle with what can be chosen for it; undefined when there is none, or none on sale unless `isAnyStatus`. */
export async function readBundle(
  { db, currency }: Shelf,
  { idOrSlug, isAnyStatus = false }: { idOrSlug: string; isAnyStatus?: boolean },
): Promise<BundleView | undefined> {
  const [row] = await db.query<BundleRow>(
    `select ${COLUMNS} from bundles b where b.${UUID.test(idOrSlug) ? 'id' : 'slug'} = $1 and ($2 or b.status = 'active')`,
    [idOrSlug, isAnyStatus],
  );
  return row && viewOf(row, currency);
}

/** The bundles on sale behind the one of that id, newest first, at most `limit`. */
async function readBundles(
  { db, currency }: Shelf,
  { before, limit }: { before: string | null; limit: number },
): Promise<Omit<BundleView, 'sets'>[]> {
  const rows = await db.search<BundleRow>(
    `select ${COLUMNS} from bundles b where b.status = 'active' and ($1::uuid is null or b.id < $1)
      order by b.id desc limit $2`,
    [before, limit],
  );
  return rows.map((row) => {
    const { sets: _, ...shown } = viewOf(row, currency);
    return shown;
  });
}

export interface BundlesRequest {
  limit: number;
  cursor?: string | undefined;
}

/** A page of the bundles on sale. @throws CURSOR_INVALID */
export async function readBundlePage(shelf: Shelf, { limit, cursor }: BundlesRequest) {
  const list = { offered: 'bundles' };
  return toPage(list, await readBundles(shelf, { before: startOf(list, cursor), limit: limit + 1 }), limit);
}

function viewOf(row: BundleRow, currency: string): BundleView {
  const { sets, pricing } = row;
  return { ...row, currency, price: priceRange(pricing, sets), available: buyable(sets) };
}
