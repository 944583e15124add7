import { byPrecedence, closedReason } from '../discounts/offer-precedence.ts';
import type { PriceListEntry, PriceListInput, PricingRuleInput, TimeWindow } from '../inputs.ts';
import { listPrice } from './price-lists.ts';
import { ruledPrice } from './rules.ts';

/** A price list without its prices. */
export type PriceListTerms = Omit<PriceListInput, 'entries'>;

/** A price of a variant in a price list. */
export interface ListedPrice extends PriceListEntry {
  listId: string;
}

/** Price lists, and rules in order of precedence. */
export interface PriceTerms {
  lists: readonly PriceListTerms[];
  rules: readonly PricingRuleInput[];
}

interface Customer {
  /** Milliseconds since 1970. */
  at: number;
  groups: ReadonlySet<string>;
}

/** Returns the terms for one unit that are open to this customer at this instant. */
export function openTerms({ lists, rules }: PriceTerms, when: Customer): PriceTerms {
  return {
    lists: lists.filter((list) => closedReason(list, when) === null),
    rules: rules.filter((rule) => rule.minQuantity <= 1 && closedReason(rule, when) === null).toSorted(byPrecedence),
  };
}

/** Returns the next instant (ms since 1970) at which a list or rule for this customer starts or ends, or Infinity. */
export function nextChange({ lists, rules }: PriceTerms, { at, groups }: Customer): number {
  const isMine = ({ groupIds }: { groupIds: readonly string[] }) =>
    groupIds.length === 0 || groupIds.some((id) => groups.has(id));
  const edges = [...lists, ...rules].filter(isMine).flatMap(edgesOf);
  return Math.min(...edges.filter((edge) => edge > at), Number.POSITIVE_INFINITY);
}

const edgesOf = ({ startsAt, endsAt }: TimeWindow): number[] =>
  [startsAt, endsAt].flatMap((edge) => (edge === null ? [] : [Date.parse(edge)]));

interface Unit {
  variantId: string;
  productId: string;
  collectionIds: readonly string[];
  /** The variant's own price in paise. */
  unitPrice: number;
}

/** Returns the price in paise of each of `quantity` units by price lists alone, as for a component of a bundle. */
export function listedPrice(
  { lists }: PriceTerms,
  { variantId, unitPrice }: Pick<Unit, 'variantId' | 'unitPrice'>,
  { prices, quantity }: { prices: readonly ListedPrice[]; quantity: number },
): number {
  const offered = prices.flatMap((entry) => {
    const list = lists.find(({ id }) => id === entry.listId);
    return list ? [{ list: { ...list, entries: [] }, entry }] : [];
  });
  return listPrice(new Map([[variantId, offered]]), { variantId, unitPrice, quantity, index: 0 }, []);
}

/** Returns the price in paise of one unit of a variant by open terms, like the pricing engine. */
export function unitPriceOf(terms: PriceTerms, goods: Unit, prices: readonly ListedPrice[]): number {
  const price = listedPrice(terms, goods, { prices, quantity: 1 });
  return ruledPrice(terms.rules, { line: { goods, quantity: 1, index: 0 }, price }, []);
}
