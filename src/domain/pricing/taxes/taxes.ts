import { minorUnits } from '../../money/money.ts';
import { isSameState } from '../../tax/india.ts';
import { compareRates, type GstSplit, gstOn, highestRate } from '../../tax/tax.ts';
import { inStableOrder } from '../discounts/eligibility.ts';
import type { DraftLine } from '../draft.ts';
import type { TaxedCart, ToTax } from '../engine.ts';
import type { PricingInputs } from '../inputs.ts';
import type { ExplanationStep, PricedLine, PricedShipping, ShippingShare } from '../output.ts';
import type { ShippingQuote } from '../shipping/shipping.ts';
import { type ShippingPart, shippingParts } from '../shipping/shipping-parts.ts';
import { type LineRate, lineRates } from './rates.ts';

/** Taxes lines and delivery after discounts. */
export function taxedCart(
  inputs: PricingInputs,
  { lines, discounted, quote }: ToTax,
  explanation: ExplanationStep[],
): TaxedCart {
  const charged = (line: DraftLine): number => line.lineTotal - (discounted.off.get(line.index) ?? 0);
  const rates = lineRates(inputs, lines)(lines.map(charged));
  const taxed = lines.map((line, place) => {
    const { ratePercent = '0', alonePercent = '0' } = rates[place] ?? {};
    return taxedLine(inputs, { line, amount: charged(line), rate: { ratePercent, alonePercent } }, explanation);
  });
  if (!quote) return { lines: taxed, shipping: null };
  const goods = inStableOrder(lines).map((line) => ({
    amount: charged(line),
    ratePercent: taxed[line.index]?.ratePercent ?? '0',
  }));
  const shipping = taxedShipping(inputs, { quote, discount: discounted.offShipping, goods }, explanation);
  return { lines: taxed, shipping };
}

/** Taxes a line; the tax is rounded once for the whole line. */
function taxedLine(
  inputs: PricingInputs,
  { line, amount, rate }: { line: DraftLine; amount: number; rate: LineRate },
  explanation: ExplanationStep[],
): PricedLine {
  const { goods, quantity, unitPrice, lineTotal, index: lineIndex, bundle } = line;
  const { ratePercent, alonePercent } = rate;
  const { paid, taxableValue, ...split } = taxOn(inputs, { amount, ratePercent });
  const discount = lineTotal - amount;
  const unitShares = { rule: 'running' as const, paid, discount, half: split.cgst, igst: split.igst };
  const mixed = ratePercent === alonePercent ? '' : `, mixed supply, ${alonePercent} % alone`;
  const note = `${noteOf(inputs, { ratePercent, ...split })}${mixed}`;
  explanation.push({ step: 'tax', lineIndex, before: amount, after: paid, note });
  const { variantId, hsn } = goods;
  const whole = { variantId, quantity, unitPrice, hsn, lineTotal, discount };
  const priced = { ...whole, taxableValue, ratePercent, ...split, unitShares };
  return bundle === null ? priced : { ...priced, bundle };
}

function taxedShipping(
  inputs: PricingInputs,
  { quote, discount, goods }: { quote: ShippingQuote; discount: number; goods: readonly ShippingPart[] },
  explanation: ExplanationStep[],
): PricedShipping {
  const { method, zone, price } = quote;
  const { id, name, hsn } = method;
  const parts = shippingParts(inputs, price - discount, goods);
  const shares = [...Map.groupBy(parts, ({ ratePercent }) => ratePercent)]
    .map(([ratePercent, group]) => ({ group, share: shareOf(inputs, ratePercent, group) }))
    .sort((a, b) => compareRates(a.share.ratePercent, b.share.ratePercent));
  const sums = { taxableValue: 0, cgst: 0, sgst: 0, igst: 0 };
  for (const { group, share } of shares) {
    for (const field of ['taxableValue', 'cgst', 'sgst', 'igst'] as const) sums[field] += share[field];
    const before = group.reduce((sum, { amount }) => sum + amount, 0);
    const note = `${noteOf(inputs, share)}, ${SHIPPING_TAX_NOTES[inputs.shippingTax]}`;
    explanation.push({ step: 'tax', id, name, before, after: share.paid, note });
  }
  const ratePercent = highestRate(shares.map(({ share }) => share.ratePercent));
  const whole = { methodId: id, name, zone, hsn, price, discount, ...sums, ratePercent };
  return { ...whole, shares: shares.map(({ share }) => share) };
}

const SHIPPING_TAX_NOTES = {
  apportioned: 'as the goods that share it',
  highest: 'the highest rate of the goods',
  own: 'its own rate',
} as const;

function shareOf(inputs: PricingInputs, ratePercent: string, parts: readonly ShippingPart[]): ShippingShare {
  const share: ShippingShare = { ratePercent, paid: 0, taxableValue: 0, cgst: 0, sgst: 0, igst: 0 };
  for (const { amount } of parts) {
    const taxed = taxOn(inputs, { amount, ratePercent });
    for (const field of ['paid', 'taxableValue', 'cgst', 'sgst', 'igst'] as const) share[field] += taxed[field];
  }
  return share;
}

function taxOn(
  { pricesIncludeTax, sellerState, placeOfSupply }: PricingInputs,
  { amount, ratePercent }: ShippingPart,
): GstSplit & { taxableValue: number; paid: number } {
  const isWithinState = isSameState(sellerState, placeOfSupply ?? sellerState);
  const split = gstOn(amount, ratePercent, { isTaxInside: pricesIncludeTax, isWithinState });
  const tax = split.cgst + split.sgst + split.igst;
  const paid = pricesIncludeTax ? amount : minorUnits(amount + tax);
  return { taxableValue: paid - tax, ...split, paid };
}

const noteOf = (
  { pricesIncludeTax }: PricingInputs,
  { ratePercent, cgst, sgst, igst }: GstSplit & { ratePercent: string },
): string => `${ratePercent} % ${pricesIncludeTax ? 'inside' : 'on top'}: ${cgst + sgst + igst}`;
