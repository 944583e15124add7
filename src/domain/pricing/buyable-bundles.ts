import { canBeFilled, type OfferedSet } from './bundles/bundle-range.ts';

/**
 * Returns how many of a bundle can be bought at most with the available units. A variant in several sets is counted in
 * each of them; the checkout makes the final decision.
 */
export function buyable(sets: readonly OfferedSet[]): number {
  const needed = sets.filter(({ minQuantity }) => minQuantity > 0);
  if (!canBeFilled(sets)) return 0;
  if (needed.length > 0) return Math.min(...needed.map((set) => countFills(set)));
  return sets.flatMap(({ items }) => items).reduce((units, { available }) => units + available, 0);
}

/** Returns how often a set can be filled with its minimum quantity, by binary search. */
function countFills({ items, minQuantity, maxQuantity }: OfferedSet): number {
  const unitsFor = (bundles: number): number =>
    items.reduce((units, item) => units + Math.min(item.available, (item.maxQuantity ?? maxQuantity) * bundles), 0);
  const units = items.reduce((all, { available }) => all + available, 0);
  let [possible, impossible] = [0, 1 + Math.floor(units / minQuantity)];
  while (impossible - possible > 1) {
    const middle = Math.floor((possible + impossible) / 2);
    if (unitsFor(middle) >= minQuantity * middle) possible = middle;
    else impossible = middle;
  }
  return possible;
}
