import type { BundleComponent, BundlePricing } from '../inputs.ts';
import { priceBundle } from './bundles.ts';
import type { ChoiceSet } from './selection.ts';

/** A set as it is offered: each item with its listed price in paise, and the units that there are now. */
export interface OfferedSet extends Omit<ChoiceSet, 'items'> {
  items: readonly OfferedItem[];
}

export type OfferedItem = ChoiceSet['items'][number] & {
  /** Of one unit. */
  price: number;
  available: number;
  /** Of each unit, where it is another from so many units on; in ascending order. */
  steps?: readonly { from: number; price: number }[];
};

/** Units of an item, in one bundle. */
interface Pick {
  item: OfferedItem;
  quantity: number;
}

/**
 * The cheapest and the dearest valid selection of one bundle, in paise. What both cost is what the engine would ask, by
 * the listed prices. With a percentage the choice is made before rounding, so another selection can be a paisa
 * beyond; with an amount that is more than the goods cost there can be a cheaper one, with prices by quantity one beyond
 * either end. Null: nothing valid can be chosen, or it costs more than 2^53.
 */
export function priceRange(
  pricing: BundlePricing,
  sets: readonly OfferedSet[],
): { cheapest: number; dearest: number } | null {
  if (!canBeFilled(sets)) return null;
  const worths = valuesOf(sets).flatMap((value) => worthsOf(pricing, value));
  const cheapest = worths.map((worth) => smallest(sets, worth));
  const dearest = worths.map((worth) => sets.flatMap((set) => fill(set, set.maxQuantity, dearFirst(worth))));
  if ([...cheapest, ...dearest].some((picks) => !Number.isSafeInteger(roughly(picks)))) return null;
  return {
    cheapest: Math.min(...cheapest.map((picks) => bundlePrice(pricing, picks))),
    dearest: Math.max(...dearest.map((picks) => bundlePrice(pricing, picks))),
  };
}

/** Without taking anything off: when this is too much to count exactly, so are the sums on the way. */
const roughly = (picks: readonly Pick[]): number =>
  picks.reduce((total, { item, quantity }) => total + quantity * (priceOf(item, quantity) + item.surcharge), 0);

/** The price of each of so many units. */
const priceOf = ({ price, steps = [] }: OfferedItem, units: number): number =>
  steps.findLast(({ from }) => from <= units)?.price ?? price;

/** Whether every set has enough units that can be chosen, in stock or not, and the bundle anything at all. */
export const canBeFilled = (sets: readonly OfferedSet[]): boolean =>
  sets.some(({ items }) => items.length > 0) && sets.every((set) => choosable(set) >= set.minQuantity);

const choosable = ({ items, maxQuantity }: OfferedSet): number =>
  items.reduce((units, item) => units + (item.maxQuantity ?? maxQuantity), 0);

type Worth = (item: OfferedItem) => number;

/** A unit is chosen by the price of one, and by that of many where they differ. */
function valuesOf(sets: readonly OfferedSet[]): Worth[] {
  const ofOne: Worth = ({ price }) => price;
  const ofMany: Worth = ({ price, steps }) => steps?.at(-1)?.price ?? price;
  const differ = sets.some(({ items }) => items.some((item) => ofOne(item) !== ofMany(item)));
  return differ ? [ofOne, ofMany] : [ofOne];
}

/** What one more unit adds to the price. An amount off may be all that the goods cost: then only the surcharges count. */
function worthsOf(pricing: BundlePricing, value: Worth): Worth[] {
  const bySurcharge: Worth = ({ surcharge }) => surcharge;
  const byPrice: Worth = (item) => value(item) + item.surcharge;
  if (pricing.kind === 'fixed') return [bySurcharge];
  if (pricing.kind === 'sum') return [byPrice];
  if (pricing.kind === 'amount-off') return [byPrice, bySurcharge];
  return [(item) => (value(item) * (100 - pricing.percent)) / 100 + item.surcharge];
}

/** As few units as are allowed, of the items that are worth least; at least one in all. */
function smallest(sets: readonly OfferedSet[], worth: Worth): Pick[] {
  const picks = sets.flatMap((set) => fill(set, set.minQuantity, cheapFirst(worth)));
  if (picks.length > 0) return picks;
  const [item] = sets.flatMap(({ items }) => items).toSorted(cheapFirst(worth));
  return item ? [{ item, quantity: 1 }] : [];
}

type Order = (a: OfferedItem, b: OfferedItem) => number;
const cheapFirst =
  (worth: Worth): Order =>
  (a, b) =>
    worth(a) - worth(b);
const dearFirst =
  (worth: Worth): Order =>
  (a, b) =>
    worth(b) - worth(a);

/** Up to so many units of a set, of the first items in that order. */
function fill({ items, maxQuantity }: OfferedSet, units: number, order: Order): Pick[] {
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
