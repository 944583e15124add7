import type { Discount, PricingRule, TimeWindow } from '../../domain/pricing/inputs.ts';
import type { Query } from '../sellable.ts';

/** A discount with the limits that it is written down with; null: there is none. Whether they are reached is counted elsewhere. */
export type WrittenDiscount = Omit<Discount, 'usedUp'> & {
  maxUses: number | null;
  maxUsesPerCustomer: number | null;
  codeMaxUses: number | null;
};

/** What a shop offers everybody: its rules, and the discounts that need no code. */
export interface Offers {
  rules: PricingRule[];
  discounts: WrittenDiscount[];
}

export const WINDOW = `'startsAt', starts_at, 'endsAt', ends_at, 'groupIds', group_ids`;
const SELECTION = `'include', include, 'exclude', exclude`;

/** Of a row of pricing rules. */
export const RULE = `json_build_object('id', id, 'name', name, 'priority', priority, 'isFinal', is_final,
  ${WINDOW}, ${SELECTION}, 'minQuantity', min_quantity, 'maxQuantity', max_quantity, 'action', action)`;

/** Of a row of discounts `d` with the columns `code` and `code_max_uses`. */
export const WRITTEN_DISCOUNT = `json_build_object('id', d.id, 'name', name, 'code', code, 'isEnabled', status = 'active',
  'priority', priority, 'stacking', stacking, 'stackGroup', stack_group, 'firstOrderOnly', first_order_only,
  ${WINDOW}, ${SELECTION}, 'minSubtotal', min_subtotal, 'minQuantity', min_quantity,
  'excludesBundles', excludes_bundles, 'offer', offer, 'maxUses', max_uses,
  'maxUsesPerCustomer', case when first_order_only then 1 else max_uses_per_customer end, 'codeMaxUses', code_max_uses)`;

/** Of a row of price lists, rules or discounts: it is active, and not over. */
export const NOT_OVER = `status = 'active' and (ends_at is null or ends_at > now())`;

/** The columns `rules` and `automatic`: those that are not over, also those that are yet to come. */
export const OFFERS = `
  (select coalesce(json_agg(${RULE}), '[]') from pricing_rules where ${NOT_OVER}) as rules,
  (select coalesce(json_agg(${WRITTEN_DISCOUNT}), '[]') from (select *, null as code, null::int as code_max_uses from discounts) as d
    where is_automatic and ${NOT_OVER}) as automatic`;

/** The offers that are not over, also those that are yet to come. */
export async function loadOffers(query: Query): Promise<Offers> {
  const [row] = await query<{ rules: PricingRule[]; automatic: WrittenDiscount[] }>(`select ${OFFERS}`, []);
  return { rules: row?.rules ?? [], discounts: row?.automatic ?? [] };
}

/** Those whose time it is. */
export function offersAt({ rules, discounts }: Offers, now: Date): Offers {
  const isOpen = ({ startsAt, endsAt }: TimeWindow) =>
    (startsAt === null || Date.parse(startsAt) <= now.getTime()) &&
    (endsAt === null || Date.parse(endsAt) > now.getTime());
  return { rules: rules.filter(isOpen), discounts: discounts.filter(isOpen) };
}
