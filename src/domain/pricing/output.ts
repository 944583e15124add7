import type { UnitShares } from '../money/unit-shares.ts';
import type { GstSplit } from '../tax/tax.ts';

/** The price of a cart and its explanation. Amounts in minor units (paise). */
export interface PricingOutput {
  /** The lines in the order of the input, then the components of the bundles. */
  lines: PricedLine[];
  bundles: PricedBundle[];
  /** The applied discounts, in the order of application. */
  discounts: AppliedDiscount[];
  /** The entered codes that do not apply. */
  refusals: RefusedCode[];
  /** Null if no method was chosen, or it does not deliver to the state. */
  shipping: PricedShipping | null;
  taxSummary: TaxSummary[];
  totals: Totals;
  explanation: ExplanationStep[];
}

/** `total` is what the customer pays, including `tax`. */
export interface Totals {
  subtotal: number;
  /** The discount on the goods; the discount on the delivery is already deducted from `shipping`. */
  discount: number;
  shipping: number;
  tax: number;
  total: number;
}

export interface PricedLine extends GstSplit {
  variantId: string;
  quantity: number;
  /** For a component of a bundle: its price alone. */
  unitPrice: number;
  hsn: string;
  /** Before discounts: unit price × quantity; for a component its share of the bundle's price. */
  lineTotal: number;
  discount: number;
  taxableValue: number;
  ratePercent: string;
  unitShares: UnitShares;
  /** The index of its bundle. */
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

/** Why a discount does not apply. Part of the API: clients branch on it. */
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
  /** The price of the method, and the discount on it. */
  price: number;
  discount: number;
  taxableValue: number;
  /** The highest rate of its shares; '0' if nothing is charged. */
  ratePercent: string;
  /** The shares by tax rate; absent in snapshots of engines before 4, which tax the whole delivery at `ratePercent`. */
  shares?: ShippingShare[];
}

/** The share of the delivery that is taxed at one rate. */
export interface ShippingShare extends GstSplit {
  ratePercent: string;
  /** Including the tax. */
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
  /** Why the step did not apply; absent if it did. */
  skipped?: string;
  note?: string;
}
