import type { BundleOffer } from '../../domain/pricing/bundles/selection.ts';
import { forEachCall } from '../../infra/database/groups/merged-statements.ts';
import type { Query } from '../../infra/database/query.ts';
import { setsOf } from './bundle-sets.ts';
import type { Uses } from './limits.ts';
import { type Offers, WRITTEN_DISCOUNT, type WrittenDiscount } from './offers.ts';

/** What a price depends on besides the goods and the offers: who buys, with which codes, and which bundles. */
export interface BuyerTerms {
  groupIds: string[];
  isFirstOrder: boolean;
  /** The discounts of the codes, also those that are not open: they get their reason. */
  entered: WrittenDiscount[];
  uses: Uses[];
  bundles: BundleOffer[];
}

export interface BuyerOf {
  customerId: string | null;
  /** Who is counted as the one who redeems; null: not known yet. */
  redeemer: string | null;
  /** As entered, in upper case. */
  codes: readonly string[];
  bundleIds: readonly string[];
}

/** Of a guest without codes and bundles, while no discount counts its uses. */
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

/** Reads it in one statement. */
export async function loadBuyerTerms(query: Query, of: BuyerOf): Promise<BuyerTerms> {
  const { customerId, redeemer, codes, bundleIds } = of;
  const [row] = await query<BuyerTerms & Record<string, unknown>>(BUYER_TERMS, [
    customerId,
    redeemer,
    codes,
    bundleIds,
  ]);
  if (!row) throw new Error('the statement of the terms of a buyer has no row');
  return row;
}

/** The terms of a buyer on whom no price of these offers depends; undefined: they have to be read. */
export function plainTerms({ discounts }: Offers, of: BuyerOf): BuyerTerms | undefined {
  const { customerId, redeemer, codes, bundleIds } = of;
  const isPlain = customerId === null && codes.length === 0 && bundleIds.length === 0;
  const isCounted = ({ maxUses, maxUsesPerCustomer, firstOrderOnly }: WrittenDiscount) =>
    maxUses !== null || (redeemer !== null && (maxUsesPerCustomer !== null || firstOrderOnly));
  return isPlain && !discounts.some(isCounted) ? PLAIN : undefined;
}
