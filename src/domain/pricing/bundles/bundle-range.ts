import type { BundleComponent, BundlePricing } from '../inputs.ts';
import { priceBundle } from './bundles.ts';
import type { ChoiceSet } from './selection.ts';

/** An offered set: each item with its listed price in paise and the available units. */
export interface OfferedSet extends Omit<ChoiceSet, 'items'> {
  items: readonly OfferedItem[];
}

export type OfferedItem = ChoiceSet['items'][number] & {
  /** Price of one unit in paise. */
  price: number;
  available: number;
  /** Quantity prices: the price of each unit from `from` units on, in ascending order. */
  steps?: readonly { from: number; price: number }[];
};

/** The chosen units of an item, in one bundle. */
interface Pick {
  item: OfferedItem;
  quantity: number;
}

/**
 * Returns the price of the cheapest and of the most expensive valid selection of one bundle, in paise, by listed
 * prices. With a percentage, another selection can differ by a paisa, because the choice is made before rounding. With
 * an amount off that exceeds the goods, a cheaper one can exist; with quantity prices, one beyond either end. Null: no
 * valid selection exists, or it costs more than 2^53.
 */
export function priceRange(
  pricing: BundlePricing,
  sets: readonly OfferedSet[],
): { cheapest: number; dearest: number } | null {
  if (!canBeFilled(sets)) return null;
  const worths = valuesOf(sets).flatMap((value) => worthsOf(pricing, value));
  const cheapest = worths.map((worth) => cheapestPicks(sets, worth));
  const dearest = worths.map((worth) => sets.flatMap((set) => pickUnits(set, set.maxQuantity, expensiveFirst(worth))));
  if ([...cheapest, ...dearest].some((picks) => !Number.isSafeInteger(undiscountedPrice(picks)))) return null;
  return {
    cheapest: Math.min(...cheapest.map((picks) => bundlePrice(pricing, picks))),
    dearest: Math.max(...dearest.map((picks) => bundlePrice(pricing, picks))),
  };
}

/** Returns the price without reductions: if it is too large to be exact, so are the intermediate sums. */
const undiscountedPrice = (picks: readonly Pick[]): number =>
  picks.reduce((total, { item, quantity }) => total + quantity * (priceOf(item, quantity) + item.surcharge), 0);

/** Returns the price of each unit at this quantity. */
const priceOf = ({ price, steps = [] }: OfferedItem, units: number): number =>
  steps.findLast(({ from }) => from <= units)?.price ?? price;

/** Whether every set has enough selectable units, in stock or not, and the bundle has any item. */
export const canBeFilled = (sets: readonly OfferedSet[]): boolean =>
  sets.some(({ items }) => items.length > 0) && sets.every((set) => selectableUnits(set) >= set.minQuantity);

const selectableUnits = ({ items, maxQuantity }: OfferedSet): number =>
  items.reduce((units, item) => units + (item.maxQuantity ?? maxQuantity), 0);

type Worth = (item: OfferedItem) => number;

/** Values items by the price of one unit, and also by the price of many if it differs. */
function valuesOf(sets: readonly OfferedSet[]): Worth[] {
  const ofOne: Worth = ({ price }) => price;
  const ofMany: Worth = ({ price, steps }) => steps?.at(-1)?.price ?? price;
  const differ = sets.some(({ items }) => items.some((item) => ofOne(item) !== ofMany(item)));
  return differ ? [ofOne, ofMany] : [ofOne];
}

/** Returns what one more unit adds to the price. If an amount off covers the goods, only surcharges count. */
function worthsOf(pricing: BundlePricing, value: Worth): Worth[] {
  const bySurcharge: Worth = ({ surcharge }) => surcharge;
  const byPrice: Worth = (item) => value(item) + item.surcharge;
  if (pricing.kind === 'fixed') return [bySurcharge];
  if (pricing.kind === 'sum') return [byPrice];
  if (pricing.kind === 'amount-off') return [byPrice, bySurcharge];
  return [(item) => (value(item) * (100 - pricing.percent)) / 100 + item.surcharge];
}

/** Picks the fewest allowed units of the cheapest items; at least one in total. */
function cheapestPicks(sets: readonly OfferedSet[], worth: Worth): Pick[] {
  const picks = sets.flatMap((set) => pickUnits(set, set.minQuantity, cheapFirst(worth)));
  if (picks.length > 0) return picks;
  const [item] = sets.flatMap(({ items }) => items).toSorted(cheapFirst(worth));
  return item ? [{ item, quantity: 1 }] : [];
}

type Order = (a: OfferedItem, b: OfferedItem) => number;
const cheapFirst =
  (worth: Worth): Order =>
  (a, b) =>
    worth(a) - worth(b);
const expensiveFirst =
  (worth: Worth): Order =>
  (a, b) =>
    worth(b) - worth(a);

/** Picks up to `units` units of a set, from the first items in that order. */
function pickUnits({ items, maxQuantity }: OfferedSet, units: number, order: Order): Pick[] {
  let left = units;
  return items.toSorted(order).flatMap((item): Pick[] => {
    const quantity = Math.min(left, item.maxQuantity ?? maxQuantity);
    left -= quantity;
    return quantity > 0 ? [{ item, quantity }] : [];
  });
}

function bundlePrice(pricing: BundlePricing, picks: readonly Pick[]): number {
  const components = picks.map(({ item, quantity }) => componentOf(item, quantity));
  const listPrices = picks.map(({ item, quantity }) => priceOf(item, quantity));
  return priceBundle({ bundleId: '', quantity: 1, pricing, components }, listPrices).unitPrice;
}

const componentOf = ({ variantId, price: unitPrice, surcharge }: OfferedItem, quantity: number): BundleComponent => ({
  ...{ variantId, unitPrice, surcharge, quantity, setId: '' },
  ...{ productId: '', collectionIds: [], weightGrams: 0, hsn: '', taxRates: [] },
});
