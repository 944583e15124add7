import type { PriceList, PricingRule, ShippingMethod } from '../../domain/pricing/inputs.ts';
import type { BundleOffer } from '../../domain/pricing/selection.ts';
import { forEachCall } from '../../infra/database/merged-statements.ts';
import { GOODS_IDS, type GoodsOf, goodsParams, type Query } from '../sellable.ts';
import { ratesOf } from '../tax-rates.ts';
import { setsOf } from './bundle-sets.ts';
import { type LimitedDiscount, limitedBy, type Uses } from './limits.ts';
import { OFFERS, type Offers, offersAt, WINDOW, WRITTEN_DISCOUNT, type WrittenDiscount } from './offers.ts';

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
  /** The groups to price for, instead of those that the customer is in. */
  groupIds?: readonly string[];
}

/**
 * A customer who is signed in redeems as the account; a guest as what was typed (`indexOfGuest`). The two never meet: what a
 * guest holds or has used says nothing about the account with the same e-mail address, and the other way round.
 */
export const redeemerOf = (customerId: string | null, guestIndex: string | null): string | null =>
  customerId === null ? guestIndex && `guest:${guestIndex}` : `customer:${customerId}`;

// $1, $2: the goods; $3: the customer; $4: who redeems; $5: codes; $6: shipping method; $7: now; $8: bundles; $9: groups.
const OPEN = `status = 'active' and (starts_at is null or starts_at <= $7) and (ends_at is null or ends_at > $7)`;
const GROUPS = `coalesce($9::uuid[], array(select group_id from customer_group_members where account_id = $3))`;

const PRICE_LISTS = `
  select coalesce(json_agg(json_build_object('id', id, 'name', name, 'priority', priority, ${WINDOW}, 'entries', entries)), '[]')
    from price_lists, lateral (
      select json_agg(json_build_object('variantId', variant_id, 'minQuantity', min_quantity, 'price', price)
          order by variant_id, min_quantity) as entries
        from price_list_entries where price_list_id = price_lists.id and variant_id in (${GOODS_IDS})) as mine
    where ${OPEN} and entries is not null and (group_ids = '{}' or group_ids && ${GROUPS})`;

// One that was asked for by its code gets its reason, also when it is not open.
const ENTERED = `
  select coalesce(json_agg(${WRITTEN_DISCOUNT}), '[]')
    from (select distinct on (d.id) d.*, c.code, c.max_uses as code_max_uses
      from discount_codes c join discounts d on d.id = c.discount_id
      where c.code = any($5::text[]) and not d.is_automatic order by d.id, c.code) as d`;

const USES = `
  select coalesce(json_agg(json_build_object('discountId', discount_id, 'counter', counter, 'used', used)), '[]')
    from discount_uses where discount_id in (
        select id from discounts where is_automatic and status = 'active'
            and (first_order_only or max_uses is not null or max_uses_per_customer is not null)
          union all select discount_id from discount_codes where code = any($5::text[]))
      and counter = any(array['all', 'customer:' || $4::text]
        || array(select 'code:' || code from unnest($5::text[]) as code))`;

const BUNDLES = `
  select coalesce(json_agg(json_build_object('id', b.id, 'slug', slug, 'title', title, 'isOnSale', status = 'active',
      'pricing', pricing, 'sets', ${setsOf('b.id')})), '[]')
    from bundles b where b.id in (
      select bundle_id from checkout_lines where checkout_id = $1 union select unnest($8::uuid[]))`;

const SHIPPING = `
  select json_build_object('id', id, 'name', name, 'hsn', hsn, 'zones', zones, 'taxRates', ${ratesOf('m.tax_class')})
    from shipping_methods m where status = 'active' and case when $6::uuid is null then is_default else id = $6 end`;

const TYPES = ['uuid', 'uuid[]', 'uuid', 'text', 'text[]', 'uuid', 'timestamptz', 'uuid[]', 'uuid[]'];

const statement = (offers: string): string =>
  forEachCall(
    `
  select ${GROUPS} as "groupIds",
    not exists (select 1 from checkouts where redeemer = $4::text and state = 'COMPLETED')
      and not exists (select 1 from first_orders where redeemer = $4::text) as "isFirstOrder",
    (${PRICE_LISTS}) as "priceLists", ${offers} (${ENTERED}) as entered, (${USES}) as uses,
    (${BUNDLES}) as bundles, (${SHIPPING}) as shipping`,
    TYPES,
  );
const WITH_OFFERS = statement(`${OFFERS},`);
const WITHOUT_OFFERS = statement('');

interface ContextRow extends Omit<PricingContext, 'discounts'> {
  automatic?: WrittenDiscount[];
  entered: WrittenDiscount[];
  uses: Uses[];
}

/**
 * Reads what a price depends on besides the goods, as it is at `now`, in one statement, however many goods there are.
 * `offers`: what is known of them already, by whoever only looks.
 */
export async function loadPricingContext(query: Query, of: ContextOf, offers?: Offers): Promise<PricingContext> {
  const { customerId, redeemer, codes, shippingMethodId, now, bundleIds = [], groupIds: imagined = null } = of;
  const [row] = await query<ContextRow & Record<string, unknown>>(offers ? WITHOUT_OFFERS : WITH_OFFERS, [
    ...goodsParams(of.goods),
    ...[customerId, redeemer, codes, shippingMethodId, now, bundleIds, imagined],
  ]);
  if (!row) throw new Error('the statement of the pricing context has no row');
  const { rules, automatic = [], entered, uses, ...context } = row;
  const open = offersAt(offers ?? { rules, discounts: automatic }, now);
  const discounts = limitedBy([...open.discounts, ...entered], uses, redeemer);
  return { ...context, rules: open.rules, discounts };
}
