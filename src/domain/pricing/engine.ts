import type { ChooseDiscounts } from './discounts/choice.ts';
import type { Discounted } from './discounts/discounts.ts';
import type { Left } from './discounts/take.ts';
import type { DraftLine } from './draft.ts';
import type { PricingInputs } from './inputs.ts';
import type { ExplanationStep, PricedLine, PricedShipping } from './output.ts';
import type { ShippingQuote } from './shipping/shipping.ts';

/** The input of the tax step: the lines before discounts, the discounts, and the delivery. */
export interface ToTax {
  lines: readonly DraftLine[];
  discounted: Discounted;
  quote: ShippingQuote | null;
}

export interface TaxedCart {
  lines: PricedLine[];
  shipping: PricedShipping | null;
}

/** The steps that differ between versions of the engine. */
export interface Engine {
  choose: ChooseDiscounts;
  /** Returns a function that computes what the customer pays for the remaining amounts. */
  costsOf(inputs: PricingInputs, lines: readonly DraftLine[]): (left: Left) => number;
  taxedCart(inputs: PricingInputs, cart: ToTax, explanation: ExplanationStep[]): TaxedCart;
}
