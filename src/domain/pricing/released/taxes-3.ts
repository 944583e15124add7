import { minorUnits } from '../../money/money.ts';
import { exclusiveTax, type GstSplit, inclusiveTax } from '../../tax/tax.ts';
import type { DraftLine } from '../draft.ts';
import type { TaxedCart, ToTax } from '../engine.ts';
import type { PricingInputs } from '../inputs.ts';
import type { ExplanationStep, PricedLine, PricedShipping } from '../output.ts';
import type { ShippingQuote } from '../shipping/shipping.ts';
import { rateFor, splitGst } from './tax-3.ts';
import { freezeUnits } from './unit-shares-3.ts';

// The taxes of snapshots of versions 2 and 3. Never change them.

type Place = Pick<PricingInputs, 'at' | 'pricesIncludeTax' | 'sellerState' | 'placeOfSupply'>;

interface Taxed extends GstSplit {
  taxableValue: number;
  ratePercent: string;
  tax: number;
  /** Including the tax. */
  paid: number;
}

/** Taxes lines and delivery after discounts; the delivery at its own rate. */
export function taxedCart(
  inputs: PricingInputs,
  { lines, quote, discounted }: ToTax,
  explanation: ExplanationStep[],
): TaxedCart {
  const taxed = lines.map((line) =>
    taxedLine(inputs, { line, discount: discounted.off.get(line.index) ?? 0 }, explanation),
  );
  const shipping = quote && taxedShipping(inputs, { quote, discount: discounted.offShipping }, explanation);
  return { lines: taxed, shipping };
}

function taxedLine(
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

function taxedShipping(
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
