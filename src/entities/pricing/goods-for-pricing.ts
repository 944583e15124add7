import type { BundleOffer } from '../../domain/pricing/bundles/selection.ts';
import type { PriceListInput, PricingRuleInput, ShippingMethodInput } from '../../domain/pricing/inputs.ts';
import type { Query } from '../../infra/database/query.ts';
import { completeGoods, type ListedGoods, limitedGoods, type Sellable } from '../catalogue/sellable.ts';
import { type BuyerOf, type BuyerTerms, loadBuyerTerms, plainTerms } from './buyer-terms.ts';
import { type LimitedDiscount, limitedBy } from './limits.ts';
import { isOpenAt, type Offers, type OffersCache } from './offers.ts';

/** The pricing inputs besides the goods. */
export interface PricingContext {
  groupIds: string[];
  /** Also true if no discount depends on it. */
  isFirstOrder: boolean;
  priceLists: PriceListInput[];
  rules: PricingRuleInput[];
  discounts: LimitedDiscount[];
  bundles: BundleOffer[];
  /** The requested method, or else the default one; null if it does not exist or is not active. */
  shipping: ShippingMethodInput | null;
}

export interface PricingOf extends BuyerOf {
  variantIds: readonly string[];
  /** Variants that were loaded before, in the same transaction. */
  loaded?: readonly ListedGoods[];
  shippingMethodId: string | null;
  now: Date;
  /** Overrides the groups of the customer. */
  groupIds?: readonly string[];
}

/** The sources of pricing inputs in a process. */
export interface PriceSources {
  offers: OffersCache;
  /** Most units per order of a variant without its own limit. */
  orderLimits: { variant: number };
}

/** Goods with the inputs of their prices. */
export interface GoodsForPricing {
  /** The existing variants of those requested, by id. */
  sellables: ReadonlyMap<string, Sellable>;
  context: PricingContext;
}

/**
 * The identity that redeems discounts: the account of a signed-in customer, or the index of a guest's data
 * (`indexOfGuest`). They are separate, so that a guest's uses reveal nothing about an account with the same email address.
 */
export const redeemerOf = (customerId: string | null, guestIndex: string | null): string | null =>
  customerId === null ? guestIndex && `guest:${guestIndex}` : `customer:${customerId}`;

/** The inputs of an empty cart, whose price is 0. */
const emptyInputs = (): GoodsForPricing => ({
  sellables: new Map(),
  context: { groupIds: [], isFirstOrder: true, priceLists: [], rules: [], discounts: [], bundles: [], shipping: null },
});

/**
 * Loads goods with the inputs of their prices at `now`. It uses the offers that the process holds only if they have the
 * version that the statement of the goods reads, so no price uses outdated offers.
 */
export async function loadGoodsForPricing(
  query: Query,
  { offers: held, orderLimits }: PriceSources,
  of: PricingOf,
): Promise<GoodsForPricing> {
  if (of.variantIds.length + of.bundleIds.length + of.codes.length === 0) return emptyInputs();
  // The held offers are nearly always current: if they need the buyer's terms, load those together with the goods.
  const latest = held.latest();
  const needsBuyer = latest === undefined || plainTerms(latest, of) === undefined;
  const [goods, read] = await Promise.all([
    completeGoods(query, of.variantIds, of.loaded ?? []),
    needsBuyer ? loadBuyerTerms(query, of) : undefined,
  ]);
  const offers = await held.at(query, goods[0]?.offersVersion);
  const buyer = read ?? plainTerms(offers, of) ?? (await loadBuyerTerms(query, of));
  const sellables = goods.map((one): [string, Sellable] => [one.variantId, sellableOf(one, offers, orderLimits)]);
  return { sellables: new Map(sellables), context: contextOf(goods, { offers, buyer, of }) };
}

function sellableOf(goods: ListedGoods, { taxRates }: Offers, limits: PriceSources['orderLimits']): Sellable {
  const { prices: _, offersVersion: __, taxClass, ...sellable } = limitedGoods(goods, limits);
  return { ...sellable, taxRates: taxRates[taxClass] ?? [] };
}

function contextOf(
  goods: readonly ListedGoods[],
  { offers, buyer, of }: { offers: Offers; buyer: BuyerTerms; of: PricingOf },
): PricingContext {
  const { now, redeemer, shippingMethodId } = of;
  const { isFirstOrder, entered, uses, bundles } = buyer;
  const groupIds = (of.groupIds ?? buyer.groupIds).map((id) => id.toLowerCase());
  const isOpen = isOpenAt(now);
  const automatic = offers.discounts.filter(isOpen);
  return {
    groupIds,
    isFirstOrder,
    priceLists: offers.priceLists.filter(isOpen).flatMap((list) => {
      const isMine = list.groupIds.length === 0 || list.groupIds.some((id) => groupIds.includes(id));
      const entries = isMine ? entriesOf(goods, list.id) : [];
      return entries.length > 0 ? [{ ...list, entries }] : [];
    }),
    rules: offers.rules.filter(isOpen),
    discounts: limitedBy([...automatic, ...entered], uses, redeemer),
    bundles,
    shipping: shippingOf(offers, shippingMethodId),
  };
}

const entriesOf = (goods: readonly ListedGoods[], listId: string): PriceListInput['entries'] =>
  goods.flatMap(({ variantId, prices }) =>
    prices.flatMap((one) =>
      one.listId === listId ? [{ variantId, minQuantity: one.minQuantity, price: one.price }] : [],
    ),
  );

function shippingOf({ shippingMethods }: Offers, id: string | null): ShippingMethodInput | null {
  const found = shippingMethods.find((method) => (id === null ? method.isDefault : method.id === id.toLowerCase()));
  if (!found) return null;
  const { isDefault: _, ...method } = found;
  return method;
}
