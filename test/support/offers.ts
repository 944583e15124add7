import { randomUUID } from 'node:crypto';
import type {
  BundlePricing,
  Offer,
  PricingRuleInput,
  RuleAction,
  ShippingZone,
  Target,
} from '../../src/domain/pricing/inputs.ts';
import type { PriceListTerms } from '../../src/domain/pricing/unit-prices/unit-price.ts';
import { newId } from '../../src/infra/ids.ts';

type Query = <R extends object>(sql: string, params?: unknown[]) => Promise<R[]>;

const NONE: Target = { productIds: [], variantIds: [], collectionIds: [] };

/** Goods by their variants, as in `include`. */
export const only = (...variantIds: string[]): Target => ({ ...NONE, variantIds });

export interface DiscountRow {
  /** None: it is automatic. */
  code: string | null;
  offer: Offer;
  codeMaxUses: number | null;
  maxUses: number | null;
  maxUsesPerCustomer: number | null;
  include: Target;
  exclude: Target;
  priority: number;
  stacking: 'exclusive' | 'stackable';
  stackGroup: string | null;
  groupIds: string[];
  minSubtotal: number;
  firstOrderOnly: boolean;
  startsAt: Date | null;
  endsAt: Date | null;
}

const PLAIN: Omit<DiscountRow, 'offer'> = {
  code: null,
  codeMaxUses: null,
  maxUses: null,
  maxUsesPerCustomer: null,
  include: NONE,
  exclude: NONE,
  priority: 0,
  stacking: 'stackable',
  stackGroup: null,
  groupIds: [],
  minSubtotal: 0,
  firstOrderOnly: false,
  startsAt: null,
  endsAt: null,
};

/** A discount that counts from now on. @returns its id. */
export async function putDiscount(query: Query, from: Partial<DiscountRow> & Pick<DiscountRow, 'offer'>) {
  const row = { ...PLAIN, ...from };
  const id = newId();
  await query(
    `insert into discounts (id, name, status, is_automatic, priority, stacking, stack_group, group_ids, first_order_only,
        min_subtotal, include, exclude, offer, max_uses, max_uses_per_customer, starts_at, ends_at, created_at, updated_at)
      values ($1, $2, 'active', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, now(), now())`,
    [
      ...[id, `Discount ${id}`, row.code === null, row.priority, row.stacking, row.stackGroup, row.groupIds],
      ...[row.firstOrderOnly, row.minSubtotal, JSON.stringify(row.include), JSON.stringify(row.exclude)],
      ...[JSON.stringify(row.offer), row.maxUses, row.maxUsesPerCustomer, row.startsAt, row.endsAt],
    ],
  );
  if (row.code) {
    await query(`insert into discount_codes (code, discount_id, max_uses, created_at) values ($1, $2, $3, now())`, [
      row.code,
      id,
      row.codeMaxUses,
    ]);
  }
  return id;
}

/** A price list with one entry per price. @returns its id. */
export async function putPriceList(
  query: Query,
  from: Partial<Omit<PriceListTerms, 'id' | 'name'>> & {
    prices: [variantId: string, price: number, minQuantity?: number][];
  },
): Promise<string> {
  const id = newId();
  await query(
    `insert into price_lists (id, name, status, priority, group_ids, starts_at, ends_at, created_at, updated_at)
      values ($1, $2, 'active', $3, $4, $5, $6, now(), now())`,
    [id, `Prices ${id}`, from.priority ?? 0, from.groupIds ?? [], from.startsAt ?? null, from.endsAt ?? null],
  );
  for (const [variantId, price, minQuantity = 1] of from.prices) {
    await query(`insert into price_list_entries values ($1, $2, $3, $4)`, [variantId, id, minQuantity, price]);
  }
  return id;
}

/** A rule for these goods. @returns its id. */
export async function putRule(
  query: Query,
  { action, include, ...rule }: { action: RuleAction; include: Target } & Partial<PricingRuleInput>,
): Promise<string> {
  const id = newId();
  await query(
    `insert into pricing_rules (id, name, status, priority, is_final, include, exclude, action, group_ids, min_quantity,
        max_quantity, starts_at, ends_at, created_at, updated_at)
      values ($1, $2, 'active', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, now(), now())`,
    [
      ...[id, `Rule ${id}`, rule.priority ?? 0, rule.isFinal ?? false],
      ...[include, rule.exclude ?? NONE, action].map((each) => JSON.stringify(each)),
      ...[rule.groupIds ?? [], rule.minQuantity ?? 1, rule.maxQuantity ?? null],
      ...[rule.startsAt ?? null, rule.endsAt ?? null],
    ],
  );
  return id;
}

export interface BundleRow {
  pricing: BundlePricing;
  sets: { min: number; max: number; items: { variantId: string; most?: number; surcharge?: number }[] }[];
}

/** A bundle that is on sale. @returns the ids of it and of its sets. */
export async function putBundle(query: Query, { pricing, sets }: BundleRow): Promise<{ id: string; setIds: string[] }> {
  const [id, slug] = [newId(), `bundle-${randomUUID()}`];
  await query(
    `insert into bundles (id, slug, title, description, status, pricing, created_at, updated_at)
      values ($1, $2, 'Hamper', '', 'active', $3, now(), now())`,
    [id, slug, JSON.stringify(pricing)],
  );
  const setIds = sets.map(() => newId());
  for (const [place, set] of sets.entries()) {
    await query(
      `insert into bundle_sets (id, bundle_id, title, min_quantity, max_quantity, position) values ($1, $2, $3, $4, $5, $6)`,
      [setIds[place], id, `Set ${place + 1}`, set.min, set.max, place],
    );
    for (const [position, item] of set.items.entries()) {
      await query(
        `insert into bundle_items (set_id, variant_id, max_quantity, surcharge, position) values ($1, $2, $3, $4, $5)`,
        [setIds[place], item.variantId, item.most ?? null, item.surcharge ?? 0, position],
      );
    }
  }
  return { id, setIds };
}

/** A method of delivery, taxed like the goods of the tests. @returns its id. */
export async function putShippingMethod(
  query: Query,
  { zones, isDefault = false }: { zones: ShippingZone[]; isDefault?: boolean },
): Promise<string> {
  const id = newId();
  await query(
    `with class as (insert into tax_classes values ('test', 'For tests') on conflict do nothing),
        rate as (insert into tax_rates values ('test', '2017-07-01Z', 0, 18) on conflict do nothing)
      insert into shipping_methods (id, name, status, is_default, position, hsn, tax_class, zones, created_at, updated_at)
        values ($1, $2, 'active', $3, 1, '996812', 'test', $4, now(), now())`,
    [id, `Method ${id}`, isDefault, JSON.stringify(zones)],
  );
  return id;
}

/** A zone with one price for everything. */
export const flatZone = (price: number, states: string[] = []): ShippingZone => ({
  name: states.join() || 'Everywhere',
  states,
  maxWeightGrams: null,
  rates: [{ fromWeightGrams: 0, fromSubtotal: 0, price }],
});
