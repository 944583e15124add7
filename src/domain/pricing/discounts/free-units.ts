import { sum } from '../../money/money.ts';

interface UnitsLine {
  quantity: number;
  lineTotal: number;
}

/** Units of one line that the offer gives. */
export interface FreeUnits {
  place: number;
  units: number;
}

export interface BuyAndGet {
  /** Places of the lines whose units count as bought, and of those whose units can be given. A line can be both. */
  bought: readonly number[];
  got: readonly number[];
  buy: { quantity: number };
  get: { quantity: number };
  maxApplications: number | null;
}

/**
 * Returns the cheapest units that "buy X, get Y" gives, as often as the cart allows. No unit is counted twice: a given
 * unit does not count as bought.
 */
export function freeUnits(lines: readonly UnitsLine[], offer: BuyAndGet): FreeUnits[] {
  const { buy, get } = offer;
  const isBought = new Set(offer.bought);
  const isGot = new Set(offer.got);
  const unitsOf = (places: readonly number[]) => sum(places.map((place) => lines[place]?.quantity ?? 0));
  const both = unitsOf(offer.got.filter((place) => isBought.has(place)));
  const onlyBought = unitsOf(offer.bought.filter((place) => !isGot.has(place)));
  const onlyGot = unitsOf(offer.got) - both;
  const times = mostApplications(offer, { onlyBought, onlyGot, both });
  // Units that are both are reserved for buying first; `spare` is the rest that can be given.
  let spare = both - Math.max(0, times * buy.quantity - onlyBought);
  let unitsLeft = times * get.quantity;
  const free: FreeUnits[] = [];
  for (const place of cheapestFirst(lines, offer.got)) {
    const most = isBought.has(place) ? spare : unitsLeft;
    const units = Math.min(lines[place]?.quantity ?? 0, most, unitsLeft);
    if (units === 0) continue;
    free.push({ place, units });
    unitsLeft -= units;
    if (isBought.has(place)) spare -= units;
  }
  return free;
}

/** Returns how often the offer applies: units that are both bought and given must cover what the others cannot. */
function mostApplications(
  { buy, get, maxApplications }: BuyAndGet,
  { onlyBought, onlyGot, both }: { onlyBought: number; onlyGot: number; both: number },
): number {
  const fits = (times: number): boolean =>
    Math.max(0, times * buy.quantity - onlyBought) + Math.max(0, times * get.quantity - onlyGot) <= both;
  let low = 0;
  let high = Math.min(maxApplications ?? Number.MAX_SAFE_INTEGER, onlyBought + onlyGot + both);
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

const cheapestFirst = (lines: readonly UnitsLine[], places: readonly number[]): number[] => {
  const price = (place: number) => (lines[place]?.lineTotal ?? 0) / (lines[place]?.quantity ?? 1);
  return places.toSorted((a, b) => price(a) - price(b) || a - b);
};
