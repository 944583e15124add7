import type { TaxRate } from '../tax/tax.ts';

/**
 * All that a price depends on. Amounts in minor units (paise) of `currency`; states as ISO 3166-2 codes; instants as
 * ISO 8601; percents as numbers with at most two decimals.
 */
export interface PricingInputs {
  currency: string;
  /** The instant whose price lists, rules, discounts and tax rates count. */
  at: string;
  pricesIncludeTax: boolean;
  sellerState: string;
  /** State of the shipping address; null while it is unknown: then as if it were the seller's. */
  placeOfSupply: string | null;
  /** What decides the tax on the delivery. Engines before 4 had no such input: its own rate did. */
  shippingTax: ShippingTax;
  /** The groups that the customer is in. */
  groupIds: readonly string[];
  /** Whether the customer has ordered nothing yet; of a guest who has not said who they are, it is believed. */
  isFirstOrder: boolean;
  lines: readonly LineInput[];
  bundles: readonly BundleInput[];
  priceLists: readonly PriceList[];
  rules: readonly PricingRule[];
  discounts: readonly Discount[];
  shipping: ShippingMethod | null;
}

/**
 * How the delivery is taxed: shared over the goods by what is charged for them, each share at the rate of its goods; all of
 * it at the highest rate of the goods; or at the rate of its own tax class.
 */
export type ShippingTax = 'apportioned' | 'highest' | 'own';

/** What is bought of a variant, wherever it is bought. */
export interface Goods {
  variantId: string;
  productId: string;
  collectionIds: readonly string[];
  /** The variant's own price, as the shop states its prices. */
  unitPrice: number;
  weightGrams: number;
  hsn: string;
  taxRates: readonly TaxRate[];
}

export interface LineInput extends Goods {
  quantity: number;
}

/** One bundle with what was chosen for it, bought `quantity` times. */
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
 * One fixed price for goods of different rates makes a mixed supply, taxed at the highest of them, unless the parts are
 * priced separately (CGST Act, s. 2(74), 8(b)). The other kinds show a price for each part.
 */
export type BundlePricing =
  | { kind: 'fixed'; price: number; separatelyPriced?: boolean | undefined }
  | { kind: 'sum' }
  | { kind: 'percent-off'; percent: number }
  | { kind: 'amount-off'; amount: number };

/** From the one instant on, until just before the other; null: without an end on that side. */
export interface TimeWindow {
  startsAt: string | null;
  endsAt: string | null;
}

/** Prices of their own for some variants. No groups: open to everybody. */
export interface PriceList extends TimeWindow {
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

/** Goods by what they are; one that is named in any of the three is meant. */
export interface Target {
  productIds: readonly string[];
  variantIds: readonly string[];
  collectionIds: readonly string[];
}

/** Which goods: those of `include`, which all are when it names none, without those of `exclude`. */
export interface Selection {
  include: Target;
  exclude: Target;
}

export interface PricingRule extends TimeWindow, Selection {
  id: string;
  name: string;
  priority: number;
  /** No rule behind it changes the price any more. */
  isFinal: boolean;
  groupIds: readonly string[];
  /** Of the line, both inclusive. */
  minQuantity: number;
  maxQuantity: number | null;
  action: RuleAction;
}

/** What a rule does to the price of one unit. */
export type RuleAction =
  | { kind: 'fixed-price'; price: number }
  | { kind: 'percent-off'; percent: number }
  | { kind: 'amount-off'; amount: number };

export interface Discount extends TimeWindow, Selection {
  id: string;
  name: string;
  /** The code that the customer entered, in upper case; null: it needs none. */
  code: string | null;
  isEnabled: boolean;
  priority: number;
  /** An exclusive one is never combined; of those in one lane at most one counts. Without a lane it has one to itself. */
  stacking: 'exclusive' | 'stackable';
  stackGroup: string | null;
  groupIds: readonly string[];
  firstOrderOnly: boolean;
  /** What the goods that it is for must come to, before any discount. */
  minSubtotal: number;
  minQuantity: number;
  /** Components of bundles are not among the goods that it is for. */
  excludesBundles: boolean;
  offer: Offer;
  /** Whose uses are all taken: of the discount, of this customer, or of this code; null: there are some left, or no limit. */
  usedUp: 'total' | 'customer' | 'code' | null;
}

export type Reduction = { kind: 'percent'; percent: number; cap: number | null } | { kind: 'amount'; amount: number };

/** What a discount gives. `goods` are those that it is for. */
export type Offer =
  /** A percentage of the goods, at most `cap`. */
  | { kind: 'percentage'; percent: number; cap: number | null }
  /** An amount off the goods, once an order or for each unit. */
  | { kind: 'fixed-amount'; amount: number; per: 'order' | 'unit' }
  /** For every `buy.quantity` units of the one, `get.quantity` of the other, the cheapest, at `percent` off. */
  | {
      kind: 'buy-x-get-y';
      buy: Selection & { quantity: number };
      get: Selection & { quantity: number };
      percent: number;
      maxApplications: number | null;
    }
  /** The highest tier that the units, or the spend, of the goods reach. */
  | { kind: 'tiered'; by: 'quantity' | 'spend'; tiers: readonly Tier[] }
  /** Off the whole cart, whichever goods it is for. */
  | { kind: 'cart'; reduction: Reduction }
  | { kind: 'free-shipping' };

export interface Tier {
  /** Units, or minor units of money. */
  from: number;
  reduction: Reduction;
}

/** A way of delivery; where no zone has the place, it is not on offer there. */
export interface ShippingMethod {
  id: string;
  name: string;
  /** Services have such a code, too: the SAC. */
  hsn: string;
  taxRates: readonly TaxRate[];
  /** The first that has the place counts. */
  zones: readonly ShippingZone[];
}

export interface ShippingZone {
  name: string;
  /** None: everywhere. */
  states: readonly string[];
  /** Heavier orders are not delivered; null: there is no limit. */
  maxWeightGrams: number | null;
  /** The heaviest that the order reaches counts, and of these the one with the highest subtotal. */
  rates: readonly ShippingRate[];
}

export interface ShippingRate {
  fromWeightGrams: number;
  /** Of the goods before discounts. */
  fromSubtotal: number;
  price: number;
}
