import type { PricingRuleInput } from '../../domain/pricing/inputs.ts';
import type { PriceListTerms, PriceTerms } from '../../domain/pricing/unit-prices/unit-price.ts';
import type { Query } from '../../infra/database/query.ts';
import { LIST, NOT_OVER, RULE } from './offers.ts';

/** Loads the price lists and rules that have not ended, including future ones. */
export async function loadPriceTerms(query: Query): Promise<PriceTerms> {
  const [row] = await query<{ lists: PriceListTerms[]; rules: PricingRuleInput[] }>(
    `select (select coalesce(json_agg(${LIST} order by id), '[]') from price_lists where ${NOT_OVER}) as lists,
        (select coalesce(json_agg(${RULE} order by id), '[]') from pricing_rules where ${NOT_OVER}) as rules`,
    [],
  );
  return { lists: row?.lists ?? [], rules: row?.rules ?? [] };
}
