import type { TaxRate } from '../tax/tax.ts';

/**
 * All inputs of a price. Amounts in minor units (paise) of `currency`; states as ISO 3166-2 codes; instants as
 * ISO 8601; percents as numbers with at most two decimals.
 */
export interface PricingInputs {
  currency: string;
  /** The instant that decides which price lists, rules, discounts and tax rates apply. */
  at: string;
  pricesIncludeTax: boolean;
  sellerState: string;
  /** State of the shipping address; null while it is unknown: then the seller's state is used. */
  placeOfSupply: string | null;
  /** How the delivery is taxed. Engines before 4 have no such input and use its own rate. */
  shippingTax: ShippingTax;
  /** The customer groups of the customer. */
  groupIds: readonly string[];
  /** Whether the customer has not ordered yet; true for a guest without contact details. */
  isFirstOrder: boolean;
  lines: readonly LineInput[];
  bundles: readonly BundleInput[];
  priceLists: readonly PriceListInput[];
  rules: readonly PricingRuleInput[];
  discounts: readonly DiscountInput[];
  shipping: ShippingMethodInput | null;
}

/**
 * How the delivery is taxed: apportioned over the goods by their charged amounts, each share at the rate of its goods;
 * as a whole at the highest rate of the goods; or at the rate of its own tax class.
 */
export type ShippingTax = 'apportioned' | 'highest' | 'own';

/** A variant as it is bought, alone or in a bundle. */
export interface Goods {
  variantId: string;
  productId: string;
  collectionIds: readonly string[];
  /** The variant's own price, with or without tax as the shop states its prices. */
  unitPrice: number;
  weightGrams: number;
  hsn: string;
  taxRates: readonly TaxRate[];
}

export interface LineInput extends Goods {
  quantity: number;
}

/** A bundle with its chosen components, bought `quantity` times. */
export interface BundleInput {
  bundleId: string;
  quantity: number;
  pricing: BundlePricing;
  components: readonly BundleComponent[];
}

export interface BundleComponent extends Goods {
  setId: string;
  /** Units in one bundle. */
  quantity: number;
  /** Added to the bundle's price for each unit. */
  surcharge: number;
}

/**
 * A fixed price for goods of different rates is a mixed supply, taxed at the highest rate, unless the parts are priced
 * separately (CGST Act, s. 2(74), 8(b)). The other kinds show a price for each part.
 */
export type BundlePricing =
  | { kind: 'fixed'; price: number; separatelyPriced?: boolean | undefined }
  | { kind: 'sum' }
  | { kind: 'percent-off'; percent: number }
  | { kind: 'amount-off'; amount: number };

/** From `startsAt` (inclusive) until `endsAt` (exclusive); null: unlimited on that side. */
export interface TimeWindow {
  startsAt: string | null;
  endsAt: string | null;
}

/** Special prices for some variants. Without groups it applies to every customer. */
export interface PriceListInput extends TimeWindow {
  id: string;
  name: string;
  priority: number;
  groupIds: readonly string[];
  entries: readonly PriceListEntry[];
}

export interface PriceListEntry {
  variantId: string;
  minQuantity: number;
  price: number;
}

/** Goods by product, variant or collection; goods that match any of the three are included. */
export interface Target {
  productIds: readonly string[];
  variantIds: readonly string[];
  collectionIds: readonly string[];
}

/** The goods of `include` (all goods if it is empty) without those of `exclude`. */
export interface Selection {
  include: Target;
  exclude: Target;
}

export interface PricingRuleInput extends TimeWindow, Selection {
  id: string;
  name: string;
  priority: number;
  /** Whether later rules are ignored. */
  isFinal: boolean;
  groupIds: readonly string[];
  /** The quantity range of the line, both inclusive. */
  minQuantity: number;
  maxQuantity: number | null;
  action: RuleAction;
}

/** The effect of a rule on the price of one unit. */
export type RuleAction =
  | { kind: 'fixed-price'; price: number }
  | { kind: 'percent-off'; percent: number }
  | { kind: 'amount-off'; amount: number };

export interface DiscountInput extends TimeWindow, Selection {
  id: string;
  name: string;
  /** The code that the customer entered, in upper case; null if the discount needs no code. */
  code: string | null;
  isEnabled: boolean;
  priority: number;
  /** An exclusive discount is never combined. At most one discount of a `stackGroup` applies; null: its own group. */
  stacking: 'exclusive' | 'stackable';
  stackGroup: string | null;
  groupIds: readonly string[];
  firstOrderOnly: boolean;
  /** The minimum subtotal of its goods, before any discount. */
  minSubtotal: number;
  minQuantity: number;
  /** Whether components of bundles are excluded. */
  excludesBundles: boolean;
  offer: Offer;
  /** The exhausted usage limit: of the discount, of this customer, or of this code; null if none is exhausted. */
  usedUp: 'total' | 'customer' | 'code' | null;
}

export type Reduction = { kind: 'percent'; percent: number; cap: number | null } | { kind: 'amount'; amount: number };

/** The offer of a discount. */
export type Offer =
  /** A percentage off the selected goods, at most `cap`. */
  | { kind: 'percentage'; percent: number; cap: number | null }
  /** An amount off the selected goods, once per order or for each unit. */
  | { kind: 'fixed-amount'; amount: number; per: 'order' | 'unit' }
  /** For every `buy.quantity` bought units, the cheapest `get.quantity` units of `get` at `percent` off. */
  | {
      kind: 'buy-x-get-y';
      buy: Selection & { quantity: number };
      get: Selection & { quantity: number };
      percent: number;
      maxApplications: number | null;
    }
  /** The highest tier that the quantity or the spend of the goods reaches. */
  | { kind: 'tiered'; by: 'quantity' | 'spend'; tiers: readonly Tier[] }
  /** A reduction of the whole cart. */
  | { kind: 'cart'; reduction: Reduction }
  | { kind: 'free-shipping' };

export interface Tier {
  /** Units, or minor units of money. */
  from: number;
  reduction: Reduction;
}

/** A shipping method; it is not available in states that no zone contains. */
export interface ShippingMethodInput {
  id: string;
  name: string;
  /** The SAC, the code for services. */
  hsn: string;
  taxRates: readonly TaxRate[];
  /** The first zone that contains the state applies. */
  zones: readonly ShippingZone[];
}

export interface ShippingZone {
  name: string;
  /** Empty: all states. */
  states: readonly string[];
  /** The weight limit in grams; null if there is no limit. */
  maxWeightGrams: number | null;
  /** The reached rate with the highest weight applies, then the one with the highest subtotal. */
  rates: readonly ShippingRate[];
}

export interface ShippingRate {
  fromWeightGrams: number;
  /** The minimum subtotal of the goods before discounts. */
  fromSubtotal: number;
  price: number;
}
