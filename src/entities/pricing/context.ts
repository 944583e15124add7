import type { Discount, PriceList, PricingRule, ShippingMethod } from '../../domain/pricing/inputs.ts';
import type { BundleOffer } from '../../domain/pricing/selection.ts';
import { type GoodsOf, idsOf, type Query } from '../sellable.ts';
import { ratesOf } from '../tax-rates.ts';
import { setsOf } from './bundle-sets.ts';

/** All that a price depends on besides the goods. */
export interface PricingContext {
  groupIds: string[];
  isFirstOrder: boolean;
  priceLists: PriceList[];
  rules: PricingRule[];
  discounts: LimitedDiscount[];
  bundles: BundleOffer[];
  /** The one asked for, else the default one; null: there is none, or it is not on offer any more. */
  shipping: ShippingMethod | null;
}

/** A discount with the limits that its redemptions are held to; null: there is none. */
export type LimitedDiscount = Discount & {
  maxUses: number | null;
  maxUsesPerCustomer: number | null;
  codeMaxUses: number | null;
};

export interface ContextOf {
  goods: GoodsOf;
  /** The bundles that are meant besides those of the checkout. */
  bundleIds?: readonly string[];
  customerId: string | null;
  /** Who is counted as the one who redeems; null: not known yet. */
  redeemer: string | null;
  /** As entered, in upper case. */
  codes: readonly string[];
  shippingMethodId: string | null;
  now: Date;
}

/** Whoever is signed in redeems as that customer; a guest as the box behind the e-mail address. */
export const redeemerOf = (customerId: string | null, emailIndex: string | null): string | null =>
  customerId === null ? emailIndex && `email:${emailIndex}` : `customer:${customerId}`;

// $1, $2: the goods; $3: the customer; $4: who redeems; $5: codes; $6: shipping method; $7: now; $8: bundles.
const OPEN = `status = 'active' and (starts_at is null or starts_at <= $7) and (ends_at is null or ends_at > $7)`;
const WINDOW = `'startsAt', starts_at, 'endsAt', ends_at, 'groupIds', group_ids`;
const SELECTION = `'include', include, 'exclude', exclude`;
const used = (counter: string): string =>
  `(select used from discount_uses where discount_id = d.id and counter = ${counter})`;

// What somebody used as a guest, before they had the account, counts as well.
const AS_GUEST = `(select 'email:' || email_index from accounts where $4::text like 'customer:%' and id = substr($4::text, 10)::uuid)`;

const priceLists = (goods: string): string => `
  select coalesce(json_agg(json_build_object('id', id, 'name', name, 'priority', priority, ${WINDOW}, 'entries', entries)), '[]')
    from price_lists, lateral (
      select json_agg(json_build_object('variantId', variant_id, 'minQuantity', min_quantity, 'price', price)
          order by variant_id, min_quantity) as entries
        from price_list_entries where price_list_id = price_lists.id and variant_id in (${goods})) as mine
    where ${OPEN} and entries is not null
      and (group_ids = '{}' or group_ids && array(select group_id from customer_group_members where account_id = $3))`;

const RULES = `
  select coalesce(json_agg(json_build_object('id', id, 'name', name, 'priority', priority, 'isFinal', is_final,
      ${WINDOW}, ${SELECTION}, 'minQuantity', min_quantity, 'maxQuantity', max_quantity, 'action', action)), '[]')
    from pricing_rules where ${OPEN}`;

// An automatic discount that is not open is of no interest; one that was asked for by its code gets its reason.
const DISCOUNTS = `
  select coalesce(json_agg(json_build_object('id', d.id, 'name', name, 'code', code, 'isEnabled', status = 'active',
      'priority', priority, 'stacking', stacking, 'stackGroup', stack_group, 'firstOrderOnly', first_order_only,
      ${WINDOW}, ${SELECTION}, 'minSubtotal', min_subtotal, 'minQuantity', min_quantity,
      'excludesBundles', excludes_bundles, 'offer', offer, 'maxUses', max_uses,
      'maxUsesPerCustomer', per_customer, 'codeMaxUses', code_max_uses,
      'usedUp', case when max_uses <= ${used(`'all'`)} then 'total'
        when per_customer <= coalesce(${used(`'customer:' || $4::text`)}, 0) then 'customer'
        when code_max_uses <= ${used(`'code:' || code`)} then 'code' end)), '[]')
    from (
      select d.*, null as code, null::int as code_max_uses from discounts d where is_automatic and ${OPEN}
      union all (select distinct on (d.id) d.*, c.code, c.max_uses from discount_codes c join discounts d on d.id = c.discount_id
        where c.code = any($5::text[]) and not d.is_automatic order by d.id, c.code)) as d,
      lateral (select case when first_order_only then 1 else max_uses_per_customer end as per_person) as limited,
      lateral (select case when per_person is not null
        then greatest(0, per_person - coalesce(${used(`'customer:' || ${AS_GUEST}`)}, 0)) end as per_customer) as each`;

const BUNDLES = `
  select coalesce(json_agg(json_build_object('id', b.id, 'slug', slug, 'title', title, 'isOnSale', status = 'active',
      'pricing', pricing, 'sets', ${setsOf('b.id')})), '[]')
    from bundles b where b.id in (
      select bundle_id from checkout_lines where checkout_id = $1 union select unnest($8::uuid[]))`;

const SHIPPING = `
  select json_build_object('id', id, 'name', name, 'hsn', hsn, 'zones', zones, 'taxRates', ${ratesOf('m.tax_class')})
    from shipping_methods m where status = 'active' and case when $6::uuid is null then is_default else id = $6 end`;

const statement = (goods: string): string => `
  select array(select group_id from customer_group_members where account_id = $3) as "groupIds",
    not exists (select 1 from checkouts where redeemer = any(array[$4::text, ${AS_GUEST}]) and state = 'COMPLETED') as "isFirstOrder",
    (${priceLists(goods)}) as "priceLists", (${RULES}) as rules, (${DISCOUNTS}) as discounts,
    (${BUNDLES}) as bundles, (${SHIPPING}) as shipping`;

/** Reads what a price depends on besides the goods, as it is at `now`. One statement, however many goods there are. */
export async function loadPricingContext(query: Query, of: ContextOf): Promise<PricingContext> {
  const goods = idsOf(of.goods);
  const { customerId, redeemer, codes, shippingMethodId, now, bundleIds = [] } = of;
  const [context] = await query<PricingContext>(statement(goods.sql), [
    ...goods.params,
    ...[customerId, redeemer, codes, shippingMethodId, now, bundleIds],
  ]);
  if (!context) throw new Error('the statement of the pricing context has no row');
  return context;
}
