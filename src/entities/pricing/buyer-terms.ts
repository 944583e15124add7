import type { BundleOffer } from '../../domain/pricing/bundles/selection.ts';
import { forEachCall } from '../../infra/database/groups/merged-statements.ts';
import type { Query } from '../../infra/database/query.ts';
import { setsOf } from './bundle-sets.ts';
import type { Uses } from './limits.ts';
import { type Offers, WRITTEN_DISCOUNT, type WrittenDiscount } from './offers.ts';

/** The buyer's part of the pricing inputs: groups, first order, codes, uses of discounts and bundles. */
export interface BuyerTerms {
  groupIds: string[];
  isFirstOrder: boolean;
  /** The discounts of the codes, including inactive ones, so that the price can report the reason. */
  entered: WrittenDiscount[];
  uses: Uses[];
  bundles: BundleOffer[];
}

export interface BuyerOf {
  customerId: string | null;
  /** The identity that redeems discounts (see `redeemerOf`); null while it is unknown. */
  redeemer: string | null;
  /** As entered, in upper case. */
  codes: readonly string[];
  bundleIds: readonly string[];
}

/** The terms of a guest without codes and bundles if no discount has a limit on uses. */
const PLAIN: BuyerTerms = { groupIds: [], isFirstOrder: true, entered: [], uses: [], bundles: [] };

// $1: the customer; $2: who redeems; $3: codes; $4: bundles.
const ENTERED = `
  select coalesce(json_agg(${WRITTEN_DISCOUNT}), '[]')
    from (select distinct on (d.id) d.*, c.code, c.max_uses as code_max_uses
      from discount_codes c join discounts d on d.id = c.discount_id
      where c.code = any($3::text[]) and not d.is_automatic order by d.id, c.code) as d`;

const USES = `
  select coalesce(json_agg(json_build_object('discountId', discount_id, 'counter', counter, 'used', used)), '[]')
    from discount_uses where discount_id in (
        select id from discounts where is_automatic and status = 'active'
            and (first_order_only or max_uses is not null or max_uses_per_customer is not null)
          union all select discount_id from discount_codes where code = any($3::text[]))
      and counter = any(array['all', 'customer:' || $2::text]
        || array(select 'code:' || code from unnest($3::text[]) as code))`;

const BUNDLES = `
  select coalesce(json_agg(json_build_object('id', b.id, 'slug', slug, 'title', title, 'isOnSale', status = 'active',
      'pricing', pricing, 'sets', ${setsOf('b.id')})), '[]')
    from bundles b where b.id = any($4::uuid[])`;

const BUYER_TERMS = forEachCall(
  `select array(select group_id from customer_group_members where account_id = $1) as "groupIds",
      not exists (select 1 from checkouts where redeemer = $2::text and state = 'COMPLETED')
        and not exists (select 1 from first_orders where redeemer = $2::text) as "isFirstOrder",
      (${ENTERED}) as entered, (${USES}) as uses, (${BUNDLES}) as bundles`,
  ['uuid', 'text', 'text[]', 'uuid[]'],
);

/** Loads the terms of a buyer in one statement. */
export async function loadBuyerTerms(query: Query, of: BuyerOf): Promise<BuyerTerms> {
  const { customerId, redeemer, codes, bundleIds } = of;
  const [row] = await query<BuyerTerms>(BUYER_TERMS, [customerId, redeemer, codes, bundleIds]);
  if (!row) throw new Error('the statement of the terms of a buyer has no row');
  return row;
}

/**
 * The terms of a buyer if the prices of these offers do not depend on the buyer.
 * @returns undefined if they must be loaded
 */
export function plainTerms({ discounts }: Offers, of: BuyerOf): BuyerTerms | undefined {
  const { customerId, redeemer, codes, bundleIds } = of;
  const isPlain = customerId === null && codes.length === 0 && bundleIds.length === 0;
  const isCounted = ({ maxUses, maxUsesPerCustomer, firstOrderOnly }: WrittenDiscount) =>
    maxUses !== null || (redeemer !== null && (maxUsesPerCustomer !== null || firstOrderOnly));
  return isPlain && !discounts.some(isCounted) ? PLAIN : undefined;
}
