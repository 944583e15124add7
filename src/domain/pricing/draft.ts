import { minorUnits, times } from '../money/money.ts';
import { priceBundle } from './bundles/bundles.ts';
import type { BundleInput, Goods, PricingInputs } from './inputs.ts';
import type { ExplanationStep } from './output.ts';
import { listPrice, type OpenLists, openLists } from './unit-prices/price-lists.ts';
import { explainUnused, openRules, ruledPrice } from './unit-prices/rules.ts';

/** A line at its price before discounts. */
export interface DraftLine {
  goods: Goods;
  quantity: number;
  unitPrice: number;
  lineTotal: number;
  /** The index in the result. */
  index: number;
  /** The index of its bundle; null if it is not a component. */
  bundle: number | null;
}

export interface DraftBundle {
  bundleId: string;
  quantity: number;
  unitPrice: number;
  lineTotal: number;
}

export interface Draft {
  lines: DraftLine[];
  bundles: DraftBundle[];
}

export interface OfferContext {
  at: number;
  groups: ReadonlySet<string>;
}

/** Prices every line by price lists and rules, and every bundle by its own pricing. */
export function draftOf(inputs: PricingInputs, when: OfferContext, explanation: ExplanationStep[]): Draft {
  const open = openLists(inputs.priceLists, when, explanation);
  const rules = openRules(inputs.rules, when, explanation);
  const lines = inputs.lines.map((goods, index): DraftLine => {
    const listed = pricedGoods(open, { goods, quantity: goods.quantity, index }, explanation);
    const line = { goods, quantity: goods.quantity, index };
    const unitPrice = ruledPrice(rules, { line, price: listed }, explanation);
    return { ...line, unitPrice, lineTotal: times(unitPrice, goods.quantity), bundle: null };
  });
  explainUnused(rules, explanation);
  const bundles: DraftBundle[] = [];
  for (const [bundle, input] of inputs.bundles.entries()) {
    const priced = draftBundle(open, { input, bundle, first: lines.length }, explanation);
    lines.push(...priced.lines);
    bundles.push(priced.whole);
  }
  return { lines, bundles };
}

/** Returns the price before rules, which is the list price. Rules do not apply to components of bundles. */
function pricedGoods(
  open: OpenLists,
  { goods, quantity, index }: { goods: Goods; quantity: number; index: number },
  explanation: ExplanationStep[],
): number {
  const { variantId, unitPrice } = goods;
  if (minorUnits(quantity) < 1) throw new RangeError(`Not a quantity: ${quantity}`);
  if (minorUnits(unitPrice) < 0) throw new RangeError(`Negative price: ${unitPrice}`);
  const note = `× ${quantity}`;
  explanation.push({ step: 'price', lineIndex: index, before: unitPrice, after: times(unitPrice, quantity), note });
  return listPrice(open, { variantId, unitPrice, quantity, index }, explanation);
}

function draftBundle(
  open: OpenLists,
  { input, bundle, first }: { input: BundleInput; bundle: number; first: number },
  explanation: ExplanationStep[],
): { lines: DraftLine[]; whole: DraftBundle } {
  const { bundleId, quantity, components } = input;
  const order = components.map((_, place) => place).sort((a, b) => byGoods(components[a], components[b]));
  const listed = components.map((goods, place) =>
    pricedGoods(open, { goods, quantity: times(goods.quantity, quantity), index: first + place }, explanation),
  );
  // Sorted, so that an odd paisa falls on the same component whatever their order.
  const sorted = { ...input, components: order.map((place) => components[place] as (typeof components)[number]) };
  const priced = priceBundle(
    sorted,
    order.map((place) => listed[place] ?? 0),
  );
  const { unitPrice, lineTotal, alone } = priced;
  explanation.push({ step: 'bundle', id: bundleId, before: alone, after: lineTotal, note: input.pricing.kind });
  const lines = components.map((goods, place): DraftLine => {
    const units = times(goods.quantity, quantity);
    const share = priced.shares[order.indexOf(place)] ?? 0;
    const [index, price] = [first + place, listed[place] ?? 0];
    const before = times(price, units);
    explanation.push({ step: 'bundle', id: bundleId, lineIndex: index, before, after: share });
    return { goods, quantity: units, unitPrice: price, lineTotal: share, index, bundle };
  });
  return { lines, whole: { bundleId, quantity, unitPrice, lineTotal } };
}

const byGoods = (a: BundleInput['components'][number] | undefined, b: typeof a): number => {
  const [one, other] = [`${a?.variantId} ${a?.setId}`, `${b?.variantId} ${b?.setId}`];
  return one < other ? -1 : Number(one > other);
};
