import { minorUnits } from '../money.ts';
import { exclusiveTax, type GstSplit, inclusiveTax, rateFor, splitGst } from '../tax.ts';
import { freezeUnits } from '../unit-shares.ts';
import type { DraftLine } from './draft.ts';
import type { PricingInputs } from './inputs.ts';
import type { ExplanationStep, PricedLine, PricedShipping, TaxSummary } from './output.ts';
import type { ShippingQuote } from './shipping.ts';

type Place = Pick<PricingInputs, 'at' | 'pricesIncludeTax' | 'sellerState' | 'placeOfSupply'>;

interface Taxed extends GstSplit {
  taxableValue: number;
  ratePercent: string;
  tax: number;
  /** With the tax. */
  paid: number;
}

/**
 * A line with its tax, on what is left after discounts. A rate that depends on the price goes by what is charged for one
 * unit, as the shop states its prices: that is the sale value the notifications speak of (CGST, rate schedules, 2025).
 */
export function taxedLine(
  inputs: Place,
  { line, discount }: { line: DraftLine; discount: number },
  explanation: ExplanationStep[],
): PricedLine {
  const { goods, quantity, unitPrice, lineTotal, index: lineIndex, bundle } = line;
  const before = lineTotal - discount;
  const ratePercent = rateFor(goods.taxRates, Math.floor(before / quantity), inputs.at);
  const { tax, paid, ...taxed } = taxOn(inputs, { amount: before, ratePercent });
  const unitShares = freezeUnits(quantity, { paid, discount, tax, cgst: taxed.cgst });
  explanation.push({ step: 'tax', lineIndex, before, after: paid, note: noteOf(inputs, { ratePercent, tax }) });
  const { variantId, hsn } = goods;
  const whole = { variantId, quantity, unitPrice, hsn, lineTotal, discount, ...taxed, unitShares };
  return bundle === null ? whole : { ...whole, bundle };
}

export function taxedShipping(
  inputs: Place,
  { quote, discount }: { quote: ShippingQuote; discount: number },
  explanation: ExplanationStep[],
): PricedShipping {
  const { method, zone, price } = quote;
  const { id, name, hsn } = method;
  const amount = price - discount;
  const ratePercent = rateFor(method.taxRates, amount, inputs.at);
  const { tax, paid, ...taxed } = taxOn(inputs, { amount, ratePercent });
  const step = { step: 'tax', id, name, before: amount, after: paid } as const;
  explanation.push({ ...step, note: noteOf(inputs, { ratePercent, tax }) });
  return { methodId: id, name, zone, hsn, price, discount, ...taxed };
}

function taxOn(inputs: Place, { amount, ratePercent }: { amount: number; ratePercent: string }): Taxed {
  const { pricesIncludeTax, sellerState, placeOfSupply } = inputs;
  const tax = pricesIncludeTax ? inclusiveTax(amount, ratePercent) : exclusiveTax(amount, ratePercent);
  const paid = pricesIncludeTax ? amount : minorUnits(amount + tax);
  const split = splitGst(tax, sellerState, placeOfSupply ?? sellerState);
  return { taxableValue: paid - tax, ratePercent, ...split, tax, paid };
}

const noteOf = ({ pricesIncludeTax }: Place, { ratePercent, tax }: { ratePercent: string; tax: number }): string =>
  `${ratePercent} % ${pricesIncludeTax ? 'inside' : 'on top'}: ${tax}`;

type Summed = GstSplit & { hsn: string; ratePercent: string; taxableValue: number };

/** The tax per HSN and rate, in an order that does not tell in which order the lines came. */
export function taxSummaryOf(parts: readonly Summed[]): TaxSummary[] {
  const groups = new Map<string, TaxSummary>();
  for (const part of parts) {
    const { hsn, ratePercent } = part;
    const key = `${hsn} ${ratePercent}`;
    const group = groups.get(key) ?? { hsn, ratePercent, taxableValue: 0, cgst: 0, sgst: 0, igst: 0 };
    for (const field of ['taxableValue', 'cgst', 'sgst', 'igst'] as const) group[field] += part[field];
    groups.set(key, group);
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
}
