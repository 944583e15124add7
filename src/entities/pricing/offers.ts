import type { DiscountInput, PricingRuleInput, ShippingMethodInput, TimeWindow } from '../../domain/pricing/inputs.ts';
import type { PriceListTerms } from '../../domain/pricing/unit-prices/unit-price.ts';
import type { TaxRate } from '../../domain/tax/tax.ts';
import { forAnyKeys } from '../../infra/database/groups/merged-statements.ts';
import type { Query } from '../../infra/database/query.ts';
import { ratesOf } from '../catalogue/tax-rates.ts';

/** A discount as stored, with its limits on uses (null: no limit) but without its uses. */
export type WrittenDiscount = Omit<DiscountInput, 'usedUp'> & {
  maxUses: number | null;
  maxUsesPerCustomer: number | null;
  codeMaxUses: number | null;
};

/**
 * The offers of a shop that are active now or will be: price lists, rules, automatic discounts, shipping and tax rates.
 */
export interface Offers {
  /** Every change of an offer raises it in the same transaction. */
  version: number;
  priceLists: PriceListTerms[];
  rules: PricingRuleInput[];
  /** Only discounts without a code. */
  discounts: WrittenDiscount[];
  shippingMethods: (ShippingMethodInput & { isDefault: boolean })[];
  /** By the code of the tax class. */
  taxRates: Record<string, TaxRate[]>;
}

const WINDOW = `'startsAt', starts_at, 'endsAt', ends_at, 'groupIds', group_ids`;
const SELECTION = `'include', include, 'exclude', exclude`;

/** SQL for a row of `pricing_rules` as JSON. */
export const RULE = `json_build_object('id', id, 'name', name, 'priority', priority, 'isFinal', is_final,
  ${WINDOW}, ${SELECTION}, 'minQuantity', min_quantity, 'maxQuantity', max_quantity, 'action', action)`;

/** SQL for a row of `price_lists` as JSON, without its prices. */
export const LIST = `json_build_object('id', id, 'name', name, 'priority', priority, ${WINDOW})`;

/** SQL for a row `d` of `discounts` with the columns `code` and `code_max_uses`, as JSON. */
export const WRITTEN_DISCOUNT = `json_build_object('id', d.id, 'name', name, 'code', code, 'isEnabled', status = 'active',
  'priority', priority, 'stacking', stacking, 'stackGroup', stack_group, 'firstOrderOnly', first_order_only,
  ${WINDOW}, ${SELECTION}, 'minSubtotal', min_subtotal, 'minQuantity', min_quantity,
  'excludesBundles', excludes_bundles, 'offer', offer, 'maxUses', max_uses,
  'maxUsesPerCustomer', case when first_order_only then 1 else max_uses_per_customer end, 'codeMaxUses', code_max_uses)`;

/** SQL: whether a price list, rule or discount is enabled and has not ended. */
export const NOT_OVER = `status = 'active' and (ends_at is null or ends_at > now())`;

const METHOD = `json_build_object('id', id, 'name', name, 'hsn', hsn, 'zones', zones, 'taxRates', ${ratesOf('m.tax_class')},
  'isDefault', is_default)`;

/** SQL for the version of the offers in the snapshot of a statement, including changes of its own transaction. */
export const OFFERS_VERSION = `(select version from offers_version)`;

const OFFERS = forAnyKeys(
  `
  select version, coalesce(o.xmin = pg_current_xact_id_if_assigned()::xid, false) as "isOwn",
    (select coalesce(json_agg(${LIST}), '[]') from price_lists where ${NOT_OVER}) as "priceLists",
    (select coalesce(json_agg(${RULE}), '[]') from pricing_rules where ${NOT_OVER}) as rules,
    (select coalesce(json_agg(${WRITTEN_DISCOUNT}), '[]') from (select *, null as code, null::int as code_max_uses from discounts) as d
      where is_automatic and ${NOT_OVER}) as discounts,
    (select coalesce(json_agg(${METHOD}), '[]') from shipping_methods m where status = 'active') as "shippingMethods",
    (select coalesce(json_object_agg(code, ${ratesOf('c.code')}), '{}') from tax_classes c
      where exists (select 1 from tax_rates r where r.tax_class = c.code)) as "taxRates"
  from offers_version o where o.is_only = any($1)`,
);

/** The offers that a process holds in memory. */
export interface OffersCache {
  /** The offers that were read last; undefined before the first read. Compare the version before relying on them. */
  latest(): Offers | undefined;
  /** Returns the offers of this version or a later one: the held ones, or else a fresh read with `query`. */
  at(query: Query, version: number | undefined): Promise<Offers>;
}

export function createOffersCache(): OffersCache {
  let held: Offers | undefined;
  return {
    latest: () => held,
    async at(query, version) {
      if (held && held.version === version) return held;
      const [row] = await query<Offers & { isOwn: boolean }>(OFFERS, [[true]]);
      if (!row) throw new Error('offers_version has no row');
      const { isOwn, ...offers } = row;
      // Do not hold the offers of a transaction that changed them itself: it may roll back.
      if (!isOwn && (held?.version ?? 0) < offers.version) held = offers;
      return offers;
    },
  };
}

/** Whether `now` is within the time window of a list, rule or discount. */
export const isOpenAt =
  (now: Date) =>
  ({ startsAt, endsAt }: TimeWindow): boolean =>
    (startsAt === null || Date.parse(startsAt) <= now.getTime()) &&
    (endsAt === null || Date.parse(endsAt) > now.getTime());
