import type { BundleOffer } from '../../domain/pricing/bundles/selection.ts';
import type { PriceList, PricingRule, ShippingMethod } from '../../domain/pricing/inputs.ts';
import type { Query } from '../../infra/database/query.ts';
import { type ListedGoods, limitedGoods, loadGoods, type Sellable } from '../catalogue/sellable.ts';
import { type BuyerOf, type BuyerTerms, loadBuyerTerms, plainTerms } from './buyer-terms.ts';
import { type LimitedDiscount, limitedBy } from './limits.ts';
import { type HeldOffers, isOpenAt, type Offers } from './offers.ts';

/** All that a price depends on besides the goods. */
export interface PricingContext {
  groupIds: string[];
  /** True as well where no discount on offer depends on it. */
  isFirstOrder: boolean;
  priceLists: PriceList[];
  rules: PricingRule[];
  discounts: LimitedDiscount[];
  bundles: BundleOffer[];
  /** The one asked for, else the default one; null: there is none, or it is not on offer any more. */
  shipping: ShippingMethod | null;
}

export interface PricingOf extends BuyerOf {
  variantIds: readonly string[];
  shippingMethodId: string | null;
  now: Date;
  /** The groups to price for, instead of those that the customer is in. */
  groupIds?: readonly string[];
}

/** What prices are made with in a process. */
export interface PriceSources {
  offers: HeldOffers;
  /** Most units of a variant that has no limit of its own. */
  orderLimits: { variant: number };
}

/** Goods with all that their price depends on. */
export interface Stocked {
  /** Every variant that exists of those meant, by id. */
  sellables: ReadonlyMap<string, Sellable>;
  context: PricingContext;
}

/**
 * A customer who is signed in redeems as the account; a guest as what was typed (`indexOfGuest`). The two never meet: what a
 * guest holds or has used says nothing about the account with the same e-mail address, and the other way round.
 */
export const redeemerOf = (customerId: string | null, guestIndex: string | null): string | null =>
  customerId === null ? guestIndex && `guest:${guestIndex}` : `customer:${customerId}`;

/** An empty cart costs nothing, whatever is on offer. */
const nothingWanted = (): Stocked => ({
  sellables: new Map(),
  context: { groupIds: [], isFirstOrder: true, priceLists: [], rules: [], discounts: [], bundles: [], shipping: null },
});

/**
 * Reads goods with all that their price depends on, as it is at `now`. The offers are those that the process holds when
 * they have the version that the statement of the goods sees, so a price is never made with offers from before.
 */
export async function loadPriced(
  query: Query,
  { offers: held, orderLimits }: PriceSources,
  of: PricingOf,
): Promise<Stocked> {
  if (of.variantIds.length + of.bundleIds.length + of.codes.length === 0) return nothingWanted();
  // Nearly always the offers that are held are the current ones: what they ask for is read along with the goods.
  const latest = held.latest();
  const isAsked = latest === undefined || plainTerms(latest, of) === undefined;
  const [goods, read] = await Promise.all([
    loadGoods(query, of.variantIds),
    isAsked ? loadBuyerTerms(query, of) : undefined,
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

const entriesOf = (goods: readonly ListedGoods[], listId: string): PriceList['entries'] =>
  goods.flatMap(({ variantId, prices }) =>
    prices.flatMap((one) =>
      one.listId === listId ? [{ variantId, minQuantity: one.minQuantity, price: one.price }] : [],
    ),
  );

function shippingOf({ shippingMethods }: Offers, id: string | null): ShippingMethod | null {
  const found = shippingMethods.find((method) => (id === null ? method.isDefault : method.id === id.toLowerCase()));
  if (!found) return null;
  const { isDefault: _, ...method } = found;
  return method;
}
