import { minorUnits, sum } from '../money/money.ts';
import { costsOf } from './cost.ts';
import { chooseDiscounts } from './discounts/choice.ts';
import { type Discounted, discountCart } from './discounts/discounts.ts';
import { type Draft, type DraftLine, draftOf } from './draft.ts';
import type { Engine } from './engine.ts';
import type { PricingInputs } from './inputs.ts';
import type { ExplanationStep, PricedBundle, PricedLine, PricedShipping, PricingOutput, Totals } from './output.ts';
import { quoteShipping, type ShippingQuote } from './shipping/shipping.ts';
import { taxSummaryOf } from './taxes/tax-summary.ts';
import { taxedCart } from './taxes/taxes.ts';

const ENGINE: Engine = { choose: chooseDiscounts, costsOf, taxedCart };

/**
 * Prices a cart: a pure function of its inputs. The steps are price lists, rules, bundles, discounts, delivery and
 * taxes; each step adds its explanation. Throws a RangeError on a quantity below 1, a negative price, a price without a
 * tax rate, and beyond 2^53 paise.
 */
export const priceCart = (inputs: PricingInputs): PricingOutput => priceCartBy(inputs, ENGINE);

/** Prices a cart by the rules of another version of the engine. */
export function priceCartBy(inputs: PricingInputs, { choose, costsOf, taxedCart }: Engine): PricingOutput {
  const explanation: ExplanationStep[] = [];
  const when = { at: Date.parse(inputs.at), groups: new Set(inputs.groupIds), isFirstOrder: inputs.isFirstOrder };
  const draft = draftOf(inputs, when, explanation);
  const quote = deliveryOf(inputs, draft, explanation);
  const costs = (lines: readonly DraftLine[]) => costsOf(inputs, lines);
  const from = { lines: draft.lines, shipping: quote?.price ?? 0, when, choose, costs };
  const discounted = discountCart(inputs.discounts, from, explanation);
  const { lines, shipping } = taxedCart(inputs, { lines: draft.lines, discounted, quote }, explanation);
  const taxSummary = taxSummaryOf([...lines, ...partsOf(shipping)]);
  const totals = totalsOf(inputs, { lines, shipping });
  explanation.push({ step: 'total', before: totals.subtotal, after: totals.total, note: `tax ${totals.tax}` });
  const { applied: discounts, refusals } = discounted;
  return {
    lines,
    bundles: bundlesOf(draft, discounted),
    discounts,
    refusals,
    shipping,
    taxSummary,
    totals,
    explanation,
  };
}

/** Prices the delivery by the goods before discounts, so that a discount never makes delivery more expensive. */
function deliveryOf(
  { shipping: method, placeOfSupply, sellerState }: PricingInputs,
  { lines }: Draft,
  explanation: ExplanationStep[],
): ShippingQuote | null {
  if (!method || lines.length === 0) return null;
  const quote = quoteShipping(method, { state: placeOfSupply ?? sellerState, lines });
  const { id, name } = method;
  const step = { step: 'shipping', id, name, before: 0, after: quote?.price ?? 0 } as const;
  explanation.push(quote ? { ...step, note: quote.zone } : { ...step, skipped: 'ADDRESS_NOT_SERVED' });
  return quote;
}

const bundlesOf = ({ bundles, lines }: Draft, { off }: Discounted): PricedBundle[] =>
  bundles.map((bundle, index) => ({
    ...bundle,
    discount: sum(lines.flatMap((line) => (line.bundle === index ? [off.get(line.index) ?? 0] : []))),
  }));

/** Engines before 4 tax the delivery as a whole. */
function partsOf(shipping: PricedShipping | null) {
  if (!shipping) return [];
  const { hsn, shares } = shipping;
  return shares?.map((share) => ({ ...share, hsn })) ?? [shipping];
}

function totalsOf(
  { pricesIncludeTax }: PricingInputs,
  { lines, shipping }: { lines: readonly PricedLine[]; shipping: PricedShipping | null },
): Totals {
  const subtotal = sum(lines.map((line) => line.lineTotal));
  const discount = sum(lines.map((line) => line.discount));
  const delivery = shipping ? shipping.price - shipping.discount : 0;
  const taxed = shipping ? [...lines, shipping] : lines;
  const tax = sum(taxed.map(({ cgst, sgst, igst }) => cgst + sgst + igst));
  const total = minorUnits(subtotal - discount + delivery + (pricesIncludeTax ? 0 : tax));
  return { subtotal, discount, shipping: delivery, tax, total };
}
