import { minorUnits, sum, times } from '../../money/money.ts';
import type { UnitShares } from '../../money/unit-shares.ts';
import { exclusiveTax, type GstSplit, inclusiveTax, type TaxRate } from '../../tax/tax.ts';
import { rateFor, splitGst } from './tax-3.ts';
import { freezeUnits } from './unit-shares-3.ts';

// The engine of snapshots of version 1. Never change it.

/** All inputs of a price. Amounts in minor units of `currency`; states as ISO 3166-2 codes. */
interface PricingInputs {
  currency: string;
  /** The instant (ISO 8601) that decides which tax rates apply. */
  at: string;
  pricesIncludeTax: boolean;
  sellerState: string;
  /** State of the shipping address; null while it is unknown: then the seller's state is used. */
  placeOfSupply: string | null;
  lines: LineInput[];
}

interface LineInput {
  variantId: string;
  quantity: number;
  unitPrice: number;
  hsn: string;
  taxRates: readonly TaxRate[];
}

interface PricingOutput {
  lines: PricedLine[];
  taxSummary: TaxSummary[];
  /** `total` is what the customer pays, including `tax`. */
  totals: { subtotal: number; discount: number; shipping: number; tax: number; total: number };
  explanation: ExplanationStep[];
}

interface PricedLine extends GstSplit {
  variantId: string;
  quantity: number;
  unitPrice: number;
  hsn: string;
  /** Unit price × quantity, before discount. */
  lineTotal: number;
  discount: number;
  taxableValue: number;
  ratePercent: string;
  unitShares: UnitShares;
}

interface TaxSummary extends GstSplit {
  hsn: string;
  ratePercent: string;
  taxableValue: number;
}

/** One step of the calculation: an amount before and after it, of one line or of the whole cart. */
interface ExplanationStep {
  step: 'price' | 'tax' | 'total';
  lineIndex?: number;
  before: number;
  after: number;
  note: string;
}

/** The state that the steps change one after the other. */
interface Draft {
  readonly inputs: PricingInputs;
  readonly lines: DraftLine[];
  shipping: number;
  readonly explanation: ExplanationStep[];
}

interface DraftLine {
  readonly input: LineInput;
  readonly lineTotal: number;
  discount: number;
}

/**
 * Prices a cart: a pure function of its inputs, linear in the lines; a line's result depends on no other line.
 * Throws a RangeError on a quantity below 1, a negative price, a price without a tax rate, and beyond 2^53 paise.
 */
export function priceCart(inputs: PricingInputs): PricingOutput {
  const draft = draftOf(inputs);
  // Steps that change a line's price, a discount or the shipping belong between the draft and the taxes.
  const lines = draft.lines.map((line, index) => taxedLine(draft, line, index));
  const totals = totalsOf(draft, lines);
  return { lines, taxSummary: summaryOf(lines), totals, explanation: draft.explanation };
}

/** Prices the lines at their list price. */
function draftOf(inputs: PricingInputs): Draft {
  const explanation: ExplanationStep[] = [];
  const lines = inputs.lines.map((input, lineIndex) => {
    const { unitPrice, quantity } = input;
    if (minorUnits(quantity) < 1) throw new RangeError(`Not a quantity: ${quantity}`);
    if (minorUnits(unitPrice) < 0) throw new RangeError(`Negative price: ${unitPrice}`);
    const lineTotal = times(unitPrice, quantity);
    explanation.push({ step: 'price', lineIndex, before: unitPrice, after: lineTotal, note: `× ${quantity}` });
    return { input, lineTotal, discount: 0 };
  });
  return { inputs, lines, shipping: 0, explanation };
}

function taxedLine(draft: Draft, line: DraftLine, lineIndex: number): PricedLine {
  const { at, pricesIncludeTax, sellerState, placeOfSupply } = draft.inputs;
  const { variantId, quantity, unitPrice, hsn, taxRates } = line.input;
  const { lineTotal, discount } = line;
  const before = lineTotal - discount;
  const ratePercent = rateFor(taxRates, unitPrice, at);
  const tax = pricesIncludeTax ? inclusiveTax(before, ratePercent) : exclusiveTax(before, ratePercent);
  const paid = pricesIncludeTax ? before : minorUnits(before + tax);
  const split = splitGst(tax, sellerState, placeOfSupply ?? sellerState);
  const unitShares = freezeUnits(quantity, { paid, discount, tax, cgst: split.cgst });
  const note = `${ratePercent} % ${pricesIncludeTax ? 'inside' : 'on top'}: ${tax}`;
  draft.explanation.push({ step: 'tax', lineIndex, before, after: paid, note });
  const amounts = { lineTotal, discount, taxableValue: paid - tax, ratePercent, ...split };
  return { variantId, quantity, unitPrice, hsn, ...amounts, unitShares };
}

function summaryOf(lines: readonly PricedLine[]): TaxSummary[] {
  const groups = new Map<string, TaxSummary>();
  for (const line of lines) {
    const { hsn, ratePercent } = line;
    const key = `${hsn} ${ratePercent}`;
    const group = groups.get(key) ?? { hsn, ratePercent, taxableValue: 0, cgst: 0, sgst: 0, igst: 0 };
    for (const field of ['taxableValue', 'cgst', 'sgst', 'igst'] as const) group[field] += line[field];
    groups.set(key, group);
  }
  // Sorted, so that the result does not depend on the order of the lines.
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
}

function totalsOf(draft: Draft, lines: readonly PricedLine[]): PricingOutput['totals'] {
  const subtotal = sum(draft.lines.map((line) => line.lineTotal));
  const discount = sum(draft.lines.map((line) => line.discount));
  const tax = sum(lines.map((line) => line.cgst + line.sgst + line.igst));
  const paid = sum(lines.map((line) => line.taxableValue)) + tax;
  const total = minorUnits(paid + draft.shipping);
  draft.explanation.push({ step: 'total', before: subtotal, after: total, note: `tax ${tax}` });
  return { subtotal, discount, shipping: draft.shipping, tax, total };
}
