import type {
  BundleComponent,
  BundleInput,
  DiscountInput,
  Goods,
  LineInput,
  Offer,
  PriceListInput,
  PricingInputs,
  PricingRuleInput,
  Selection,
  ShippingMethodInput,
  Target,
} from '../../../../src/domain/pricing/inputs.ts';

/** A price worked out by hand. */
export interface WorkedExample {
  /** What is tried, with the offers that there are. */
  title: string;
  /** The arithmetic, for a shop owner. */
  why: string;
  inputs: PricingInputs;
  /** What the customer is shown, line by line. */
  bill: readonly string[];
}

export interface Theme {
  name: string;
  examples: readonly WorkedExample[];
}

/** A cart in Karnataka, of a seller there, long after the reform of the rates, with nothing on offer. */
export const cart = (changes: Partial<PricingInputs>): PricingInputs => ({
  ...{ currency: 'INR', at: '2026-11-01T06:00:00Z', pricesIncludeTax: true, shippingTax: 'apportioned' },
  ...{ sellerState: 'IN-KA', placeOfSupply: 'IN-KA', groupIds: [], isFirstOrder: false },
  ...{ lines: [], bundles: [], priceLists: [], rules: [], discounts: [], shipping: null },
  ...changes,
});

/** Units of one thing, at its own price or another one. */
export const some = (quantity: number, goods: Goods, unitPrice = goods.unitPrice): LineInput => ({
  ...goods,
  quantity,
  unitPrice,
});

const always = { startsAt: null, endsAt: null };
const NOTHING: Target = { productIds: [], variantIds: [], collectionIds: [] };

/** Goods of these collections, and of them not these variants. Neither: everything. */
export const goodsIn = (collectionIds: string[], { without = [] }: { without?: string[] } = {}): Selection => ({
  include: { ...NOTHING, collectionIds },
  exclude: { ...NOTHING, variantIds: without },
});
export const these = (...variantIds: string[]): Selection => ({
  include: { ...NOTHING, variantIds },
  exclude: NOTHING,
});
export const everything = goodsIn([]);

/** An automatic discount that can be combined with all others. Ties go by its name. */
export const automatic = (name: string, offer: Offer, changes: Partial<DiscountInput> = {}): DiscountInput => ({
  ...{ id: name, name, code: null, isEnabled: true, priority: 0, stacking: 'stackable', stackGroup: null },
  ...{ ...always, ...everything, groupIds: [], firstOrderOnly: false, minSubtotal: 0, minQuantity: 0 },
  ...{ excludesBundles: false, usedUp: null, offer },
  ...changes,
});

/** The same for whoever enters its code. */
export const code = (name: string, offer: Offer, changes: Partial<DiscountInput> = {}): DiscountInput =>
  automatic(name, offer, { code: name, ...changes });

export const percent = (value: number, cap: number | null = null): Offer => ({
  kind: 'percentage',
  percent: value,
  cap,
});
export const amount = (value: number, per: 'order' | 'unit' = 'order'): Offer => ({
  kind: 'fixed-amount',
  amount: value,
  per,
});
export const freeShipping: Offer = { kind: 'free-shipping' };

/** Wins over others only by its priority. */
export const priceList = (
  name: string,
  entries: readonly [goods: Goods, minQuantity: number, price: number][],
  changes: Partial<PriceListInput> = {},
): PriceListInput => ({
  ...{ id: name, name, priority: 0, groupIds: [], ...always },
  entries: entries.map(([{ variantId }, minQuantity, price]) => ({ variantId, minQuantity, price })),
  ...changes,
});

export const rule = (
  name: string,
  action: PricingRuleInput['action'],
  changes: Partial<PricingRuleInput> = {},
): PricingRuleInput => ({
  ...{ id: name, name, priority: 0, isFinal: false, groupIds: [], minQuantity: 1, maxQuantity: null, action },
  ...{ ...always, ...everything },
  ...changes,
});

/** Units of one thing in each bundle, and what is added for each of them. */
export const part = (quantity: number, goods: Goods, surcharge = 0): BundleComponent => ({
  ...goods,
  quantity,
  surcharge,
  setId: 'set',
});

export const bundle = (
  bundleId: string,
  pricing: BundleInput['pricing'],
  { quantity = 1, parts }: { quantity?: number; parts: BundleComponent[] },
): BundleInput => ({ bundleId, quantity, pricing, components: parts });

const rate = (fromWeightGrams: number, fromSubtotal: number, price: number) => ({
  fromWeightGrams,
  fromSubtotal,
  price,
});

/**
 * In Karnataka ₹49.00, from ₹2,000.00 of goods on nothing; from 5 kg ₹149.00, from ₹5,000.00 of goods on ₹99.00.
 * In the rest of India ₹99.00, up to 10 kg. Its own rate is 18 %.
 */
export const courier: ShippingMethodInput = {
  ...{ id: 'courier', name: 'Courier', hsn: '996812' },
  taxRates: [{ validFrom: '2017-06-30T18:30:00Z', minUnitPrice: 0, percent: '18' }],
  zones: [
    {
      ...{ name: 'Karnataka', states: ['IN-KA'], maxWeightGrams: null },
      rates: [rate(0, 0, 49_00), rate(0, 2_000_00, 0), rate(5_000, 0, 149_00), rate(5_000, 5_000_00, 99_00)],
    },
    { name: 'India', states: [], maxWeightGrams: 10_000, rates: [rate(0, 0, 99_00)] },
  ],
};
