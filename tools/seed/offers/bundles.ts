import type { BundlePricing } from '../../../src/domain/pricing/inputs.ts';

export interface PlannedBundle {
  slug: string;
  title: string;
  description: string;
  pricing: BundlePricing;
  /** Each set contains some variants of a collection. */
  sets: { title: string; shelf: string; min: number; max: number; surcharge?: number }[];
}

/** One bundle for each kind of pricing. */
export const BUNDLES: readonly PlannedBundle[] = [
  {
    slug: 'chai-hamper',
    title: 'Chai Hamper',
    description: 'A tea, a spice and something to crack beside it, at one price.',
    pricing: { kind: 'fixed', price: 999_00 },
    sets: [
      { title: 'Tea or coffee', shelf: 'tea-and-coffee', min: 1, max: 1 },
      { title: 'Spice', shelf: 'spices', min: 1, max: 1 },
      { title: 'Nuts', shelf: 'dry-fruit', min: 1, max: 2, surcharge: 100_00 },
    ],
  },
  {
    slug: 'festive-outfit',
    title: 'Festive Outfit',
    description: 'A kurta or saree with silver, a tenth off the sum.',
    pricing: { kind: 'percent-off', percent: 10 },
    sets: [
      { title: 'To wear', shelf: 'womens-kurtas', min: 1, max: 2 },
      { title: 'Silver', shelf: 'silver-jewellery', min: 1, max: 1 },
    ],
  },
  {
    slug: 'desk-set',
    title: 'Desk Set',
    description: 'Stationery and a book, ₹75 off.',
    pricing: { kind: 'amount-off', amount: 75_00 },
    sets: [
      { title: 'Stationery', shelf: 'stationery', min: 2, max: 4 },
      { title: 'Book', shelf: 'books', min: 1, max: 1 },
    ],
  },
  {
    slug: 'bath-basket',
    title: 'Bath Basket',
    description: 'Whatever smells best, for the sum of its prices, each wrapped for ₹20.',
    pricing: { kind: 'sum' },
    sets: [{ title: 'Soap and more', shelf: 'bath-and-body', min: 2, max: 6, surcharge: 20_00 }],
  },
];
