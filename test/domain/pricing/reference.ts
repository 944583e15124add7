import type { DiscountInput, PricingInputs, Reduction, Selection } from '../../../src/domain/pricing/inputs.ts';
import type { TaxRate } from '../../../src/domain/tax/tax.ts';
import { oracleBill } from './tax-oracle.ts';

/*
 * The choice of discounts once more, slow and obvious: every legal combination is tried, units are counted one by one,
 * and percentages are fractions of whole numbers. It shares nothing with the engine but the words.
 */

/** A line as it is before discounts. */
export interface ReferenceLine {
  variantId: string;
  productId: string;
  collectionIds: readonly string[];
  quantity: number;
  amount: number;
  taxRates: readonly TaxRate[];
  isInBundle: boolean;
  bundle: number | undefined;
  setId: string;
}

export interface ReferenceOutcome {
  total: number;
  chosen: string[];
}

interface State {
  rest: number[];
  shipping: number;
}

/** The cheapest of all legal combinations; of equally cheap ones the shortest, then the one of the highest priority. */
export function cheapest(inputs: PricingInputs, lines: ReferenceLine[], shipping: number): ReferenceOutcome {
  const ranked = [...inputs.discounts].sort((a, b) => b.priority - a.priority || (a.id < b.id ? -1 : 1));
  const usable = ranked.filter((discount) => mayCount(discount, lines));
  const outcomes = subsets(usable)
    .filter(isLegal)
    .map((chosen) => {
      let state: State = { rest: lines.map(({ amount }) => amount), shipping };
      for (const discount of chosen) state = takeOff(discount, lines, state);
      const total = costOf(inputs, lines, state);
      return { total, chosen: chosen.map(({ id }) => id), ranks: chosen.map((one) => ranked.indexOf(one)) };
    });
  outcomes.sort((a, b) => a.total - b.total || a.chosen.length - b.chosen.length || compare(a.ranks, b.ranks));
  const [best] = outcomes;
  if (!best) throw new Error('doing nothing is always legal');
  return { total: best.total, chosen: best.chosen };
}

/** What is paid in the end: prices without tax have it on top. */
function costOf(inputs: PricingInputs, lines: ReferenceLine[], { rest, shipping }: State): number {
  const left = lines.map((line, place) => ({ ...line, lineTotal: line.amount, amount: rest[place] ?? 0 }));
  return oracleBill(inputs, left, shipping).total;
}

const subsets = <T>(all: readonly T[]): T[][] =>
  all.reduce<T[][]>((sets, one) => sets.concat(sets.map((set) => set.concat(one))), [[]]);

const compare = (a: number[], b: number[]): number => {
  for (const [place, rank] of a.entries()) if (rank !== b[place]) return rank - (b[place] ?? 0);
  return 0;
};

function isLegal(chosen: DiscountInput[]): boolean {
  if (chosen.length > 1 && chosen.some(({ stacking }) => stacking === 'exclusive')) return false;
  const lanes = chosen.map(({ stackGroup, id }) => stackGroup ?? `own ${id}`);
  return new Set(lanes).size === lanes.length;
}

function isSelected({ include, exclude }: Selection, { variantId, productId, collectionIds }: ReferenceLine): boolean {
  const ids = [variantId, productId, ...collectionIds];
  const named = (target: Selection['include']) =>
    [...target.variantIds, ...target.productIds, ...target.collectionIds].some((id) => ids.includes(id));
  const isOpen = include.variantIds.length + include.productIds.length + include.collectionIds.length === 0;
  return (isOpen || named(include)) && !named(exclude);
}

const goodsOf = (discount: DiscountInput, which: Selection, lines: ReferenceLine[]): number[] =>
  lines.flatMap((line, place) =>
    isSelected(which, line) && !(discount.excludesBundles && line.isInBundle) ? [place] : [],
  );

function mayCount(discount: DiscountInput, lines: ReferenceLine[]): boolean {
  const goods = goodsOf(discount, discount, lines);
  const units = goods.reduce((sum, place) => sum + (lines[place]?.quantity ?? 0), 0);
  const subtotal = goods.reduce((sum, place) => sum + (lines[place]?.amount ?? 0), 0);
  return goods.length > 0 && units >= discount.minQuantity && subtotal >= discount.minSubtotal;
}

function takeOff(discount: DiscountInput, lines: ReferenceLine[], state: State): State {
  const { offer } = discount;
  const goods = goodsOf(discount, discount, lines);
  const everything = lines.map((_, place) => place);
  switch (offer.kind) {
    case 'free-shipping':
      return { ...state, shipping: 0 };
    case 'percentage':
      return spread({ kind: 'percent', percent: offer.percent, cap: offer.cap }, goods, { lines, state });
    case 'cart':
      return spread(offer.reduction, everything, { lines, state });
    case 'fixed-amount':
      if (offer.per === 'order') return spread({ kind: 'amount', amount: offer.amount }, goods, { lines, state });
      return {
        ...state,
        rest: state.rest.map((rest, place) =>
          goods.includes(place) ? Math.max(0, rest - offer.amount * (lines[place]?.quantity ?? 0)) : rest,
        ),
      };
    case 'tiered': {
      const measure = goods.reduce(
        (sum, place) => sum + ((offer.by === 'quantity' ? lines[place]?.quantity : lines[place]?.amount) ?? 0),
        0,
      );
      const reached = offer.tiers.filter(({ from }) => from <= measure).sort((a, b) => a.from - b.from);
      const tier = reached.at(-1);
      return tier ? spread(tier.reduction, goods, { lines, state }) : state;
    }
    case 'buy-x-get-y': {
      const given = unitsGiven(discount, offer, lines);
      const rest = state.rest.map((left, place) => {
        const line = lines[place];
        const free = given[place] ?? 0;
        return line && free > 0 ? left - halfUp(left * free * hundredths(offer.percent), line.quantity * 10_000) : left;
      });
      return { ...state, rest };
    }
  }
}

const hundredths = (percent: number): number => Math.round(percent * 100);
const halfUp = (part: number, whole: number): number =>
  Number((BigInt(part) * 2n + BigInt(whole)) / (BigInt(whole) * 2n));

/** Paisa by paisa to whom most is owed, in proportion to what is left; who is owed the same is served by name. */
function spread(
  reduction: Reduction,
  places: number[],
  { lines, state }: { lines: ReferenceLine[]; state: State },
): State {
  const whole = places.reduce((sum, place) => sum + (state.rest[place] ?? 0), 0);
  const wanted =
    reduction.kind === 'amount'
      ? reduction.amount
      : Math.min(halfUp(whole * hundredths(reduction.percent), 10_000), reduction.cap ?? whole);
  const off = Math.min(wanted, whole);
  const rest = [...state.rest];
  if (off === 0) return { ...state, rest };
  const parts = places.map((place) => ({ place, exact: off * (state.rest[place] ?? 0), given: 0 }));
  for (const part of parts) part.given = Math.floor(part.exact / whole);
  const missing = off - parts.reduce((sum, { given }) => sum + given, 0);
  const name = (place: number) => `${lines[place]?.variantId} ${lines[place]?.isInBundle ? 'b' : ''}`;
  parts.sort((a, b) => (b.exact % whole) - (a.exact % whole) || (name(a.place) < name(b.place) ? -1 : 1));
  for (const part of parts.slice(0, missing)) part.given += 1;
  for (const { place, given } of parts) rest[place] = (rest[place] ?? 0) - given;
  return { ...state, rest };
}

type BuyAndGet = Extract<DiscountInput['offer'], { kind: 'buy-x-get-y' }>;

/** How many units of each line are given: all ways to apply it n times are counted unit by unit, for the greatest n that works. */
function unitsGiven(
  discount: DiscountInput,
  { buy, get, maxApplications }: BuyAndGet,
  lines: ReferenceLine[],
): number[] {
  const bought = goodsOf(discount, buy, lines);
  const got = goodsOf(discount, get, lines);
  const units = got
    .flatMap((place) => {
      const { quantity = 0, amount = 0, variantId = '', isInBundle = false } = lines[place] ?? {};
      return Array.from({ length: quantity }, () => ({ place, price: amount / quantity, variantId, isInBundle }));
    })
    .sort(
      (a, b) =>
        a.price - b.price ||
        (a.variantId < b.variantId ? -1 : Number(a.variantId > b.variantId)) ||
        Number(a.isInBundle) - Number(b.isInBundle),
    );
  const payable = bought.reduce((sum, place) => sum + (lines[place]?.quantity ?? 0), 0);
  for (let times = Math.min(maxApplications ?? payable, payable); times > 0; times--) {
    const given = cheapestThatLeaves(units, {
      bought,
      payable,
      times: { buy: times * buy.quantity, get: times * get.quantity },
    });
    if (given) return lines.map((_, place) => given.filter((one) => one === place).length);
  }
  return [];
}

/** The cheapest units so that enough remain to be bought; null when there are not that many. */
function cheapestThatLeaves(
  units: { place: number }[],
  { bought, payable, times }: { bought: number[]; payable: number; times: { buy: number; get: number } },
): number[] | null {
  const given: number[] = [];
  let remaining = payable;
  for (const { place } of units) {
    if (given.length === times.get) break;
    if (!bought.includes(place)) given.push(place);
    else if (remaining > times.buy) {
      given.push(place);
      remaining -= 1;
    }
  }
  return given.length === times.get && remaining >= times.buy ? given : null;
}
