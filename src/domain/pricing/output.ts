import type { UnitShares } from '../money/unit-shares.ts';
import type { GstSplit } from '../tax/tax.ts';

/** What a cart costs, and why. Amounts in minor units (paise). */
export interface PricingOutput {
  /** The lines as they came, then the components of the bundles. */
  lines: PricedLine[];
  bundles: PricedBundle[];
  /** Those that count, in the order in which they were taken off. */
  discounts: AppliedDiscount[];
  /** The codes that were entered and do not count. */
  refusals: RefusedCode[];
  /** Null: no method was chosen, or it does not deliver to the place. */
  shipping: PricedShipping | null;
  taxSummary: TaxSummary[];
  totals: Totals;
  explanation: ExplanationStep[];
}

/** `total` is what the customer pays; `tax` is inside it, or with prices without tax was added to it. */
export interface Totals {
  subtotal: number;
  /** Taken off the goods; what was taken off the delivery is not in `shipping` any more. */
  discount: number;
  shipping: number;
  tax: number;
  total: number;
}

export interface PricedLine extends GstSplit {
  variantId: string;
  quantity: number;
  /** Of a component of a bundle: what it would cost alone. */
  unitPrice: number;
  hsn: string;
  /** Before discounts: unit price × quantity; of a component its share of the bundle's price. */
  lineTotal: number;
  discount: number;
  taxableValue: number;
  ratePercent: string;
  unitShares: UnitShares;
  /** Which of the bundles it belongs to. */
  bundle?: number;
}

export interface PricedBundle {
  bundleId: string;
  quantity: number;
  unitPrice: number;
  lineTotal: number;
  discount: number;
}

export interface AppliedDiscount {
  id: string;
  name: string;
  code: string | null;
  amount: number;
}

export interface RefusedCode {
  id: string;
  code: string;
  reason: RefusalReason;
  details: Record<string, unknown>;
}

/** Why a discount does not count. Part of the API: clients branch on it. */
export type RefusalReason =
  | 'DISABLED'
  | 'NOT_STARTED'
  | 'EXPIRED'
  | 'CUSTOMER_GROUP_REQUIRED'
  | 'FIRST_ORDER_ONLY'
  | 'USAGE_LIMIT_REACHED'
  | 'NO_ELIGIBLE_ITEMS'
  | 'MIN_SUBTOTAL_NOT_MET'
  | 'MIN_QUANTITY_NOT_MET'
  | 'NO_EFFECT'
  | 'BETTER_DISCOUNT_APPLIED';

export interface PricedShipping extends GstSplit {
  methodId: string;
  name: string;
  zone: string;
  hsn: string;
  /** What the method costs, and what a discount takes off it. */
  price: number;
  discount: number;
  taxableValue: number;
  /** The highest of its shares; '0' when nothing is charged. */
  ratePercent: string;
  /** What of it is taxed at each rate; absent in snapshots of engines before 4, which taxed all of it at `ratePercent`. */
  shares?: ShippingShare[];
}

/** What of the delivery is taxed at one rate. */
export interface ShippingShare extends GstSplit {
  ratePercent: string;
  /** With the tax. */
  paid: number;
  taxableValue: number;
}

export interface TaxSummary extends GstSplit {
  hsn: string;
  ratePercent: string;
  taxableValue: number;
}

/** One step of the calculation: an amount before and after it, of one line or of the whole cart. */
export interface ExplanationStep {
  step: 'price' | 'price-list' | 'rule' | 'bundle' | 'discount' | 'shipping' | 'tax' | 'total';
  /** The price list, rule, bundle, discount or method. */
  id?: string;
  name?: string;
  lineIndex?: number;
  before: number;
  after: number;
  /** Why it did not count; absent: it did. */
  skipped?: string;
  note?: string;
}
