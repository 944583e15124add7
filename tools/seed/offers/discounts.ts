import type { Offer, Target } from '../../../src/domain/pricing/inputs.ts';

export interface PlannedDiscount {
  name: string;
  /** null: automatic, without a code. */
  code: string | null;
  /** Slugs of the collections that it applies to; empty: all. */
  shelves: string[];
  offer(targetOf: (...slugs: string[]) => Target): Offer;
  priority?: number;
  stacking?: 'exclusive' | 'stackable';
  stackGroup?: string;
  firstOrderOnly?: boolean;
  minSubtotal?: number;
  minQuantity?: number;
  maxUses?: number;
  maxUsesPerCustomer?: number;
}

const NOTHING: Target = { productIds: [], variantIds: [], collectionIds: [] };

/** One discount of each kind. Automatic ones apply to few collections, so that most carts have undiscounted prices. */
export const DISCOUNTS: readonly PlannedDiscount[] = [
  {
    name: 'A tenth off the first order',
    code: 'WELCOME10',
    shelves: [],
    offer: () => ({ kind: 'percentage', percent: 10, cap: 500_00 }),
    firstOrderOnly: true,
  },
  {
    name: '₹200 off from ₹1,499 on',
    code: 'FLAT200',
    shelves: [],
    offer: () => ({ kind: 'fixed-amount', amount: 200_00, per: 'order' }),
    minSubtotal: 1_499_00,
    stackGroup: 'order',
  },
  {
    name: '₹50 off every pack of tea or coffee',
    code: 'TEATIME',
    shelves: ['tea-and-coffee'],
    offer: () => ({ kind: 'fixed-amount', amount: 50_00, per: 'unit' }),
    stackGroup: 'shelf',
  },
  {
    name: 'Kidswear: buy two, get one',
    code: null,
    shelves: [],
    offer: (targetOf) => {
      const kidswear = { include: targetOf('kidswear'), exclude: NOTHING };
      const [buy, get] = [
        { ...kidswear, quantity: 2 },
        { ...kidswear, quantity: 1 },
      ];
      return { kind: 'buy-x-get-y', buy, get, percent: 100, maxApplications: 2 };
    },
    stackGroup: 'shelf',
  },
  {
    name: 'Soap at half the price with kitchenware',
    code: 'SOAP50',
    shelves: [],
    offer: (targetOf) => ({
      kind: 'buy-x-get-y',
      buy: { include: targetOf('kitchenware'), exclude: NOTHING, quantity: 1 },
      get: { include: targetOf('bath-and-body'), exclude: NOTHING, quantity: 1 },
      percent: 50,
      maxApplications: 1,
    }),
  },
  {
    name: 'Stationery by the dozen',
    code: null,
    shelves: ['stationery'],
    offer: () => ({
      kind: 'tiered',
      by: 'quantity',
      tiers: [
        { from: 12, reduction: { kind: 'percent', percent: 5, cap: null } },
        { from: 24, reduction: { kind: 'percent', percent: 12.5, cap: null } },
      ],
    }),
    stackGroup: 'shelf',
  },
  {
    name: 'Spices: the more, the cheaper',
    code: 'MASALA',
    shelves: ['spices'],
    offer: () => ({
      kind: 'tiered',
      by: 'spend',
      tiers: [
        { from: 500_00, reduction: { kind: 'amount', amount: 50_00 } },
        { from: 1_000_00, reduction: { kind: 'percent', percent: 15, cap: 400_00 } },
      ],
    }),
  },
  {
    name: '15 % off the whole cart from ₹2,999 on',
    code: 'CART15',
    shelves: [],
    offer: () => ({ kind: 'cart', reduction: { kind: 'percent', percent: 15, cap: 1_500_00 } }),
    stacking: 'exclusive',
    minSubtotal: 2_999_00,
    priority: 10,
  },
  {
    name: 'Free delivery',
    code: 'FREESHIP',
    shelves: [],
    offer: () => ({ kind: 'free-shipping' }),
  },
  {
    name: 'Silver for a hundred',
    code: 'SILVER20',
    shelves: ['silver-jewellery'],
    offer: () => ({ kind: 'percentage', percent: 20, cap: null }),
    stacking: 'exclusive',
    maxUses: 100,
    maxUsesPerCustomer: 1,
  },
];
