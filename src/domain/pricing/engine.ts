import type { ChooseDiscounts } from './discounts/choice.ts';
import type { Discounted } from './discounts/discounts.ts';
import type { Left } from './discounts/take.ts';
import type { DraftLine } from './draft.ts';
import type { PricingInputs } from './inputs.ts';
import type { ExplanationStep, PricedLine, PricedShipping } from './output.ts';
import type { ShippingQuote } from './shipping/shipping.ts';

/** What is taxed: the lines before discounts, what discounts take off, and the delivery. */
export interface ToTax {
  lines: readonly DraftLine[];
  discounted: Discounted;
  quote: ShippingQuote | null;
}

export interface TaxedCart {
  lines: PricedLine[];
  shipping: PricedShipping | null;
}

/** What one version of the engine does its own way. */
export interface Engine {
  choose: ChooseDiscounts;
  /** What the customer pays for what is left of lines. */
  costsOf(inputs: PricingInputs, lines: readonly DraftLine[]): (left: Left) => number;
  taxedCart(inputs: PricingInputs, cart: ToTax, explanation: ExplanationStep[]): TaxedCart;
}
