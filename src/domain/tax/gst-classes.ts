import type { TaxRate } from './tax.ts';

/** A tax class as the seed stores it: a kind of goods and its slabs over time. */
export interface TaxClass {
  readonly code: string;
  readonly name: string;
  readonly rates: readonly TaxRate[];
}

// Notifications take effect at midnight in India, which is 18:30 UTC of the day before.
const slabs = (day: string, ...steps: readonly [minUnitPrice: number, percent: string][]): TaxRate[] =>
  steps.map(([minUnitPrice, percent]) => ({ validFrom: startOfIndianDay(day), minUnitPrice, percent }));

function startOfIndianDay(day: string): string {
  return new Date(`${day}T00:00:00+05:30`).toISOString();
}

const GST_START = '2017-07-01';
/** The day on which the slabs of 5, 18 and 40 % replaced those of 12 and 28 %. */
const GST_REFORM = '2025-09-22';
const between = (before: string, after: string): TaxRate[] => [
  ...slabs(GST_START, [0, before]),
  ...slabs(GST_REFORM, [0, after]),
];

/**
 * GST on the goods of the sample shop. "Not exceeding ₹2,500" means that the next slab starts at ₹2,500.01. The
 * compared value is that of a piece or a pair without tax, after discounts (CGST Act, s. 15(2)(a); CBIC FAQ on rates,
 * 33).
 */
export const GST_CLASSES: readonly TaxClass[] = [
  { code: 'exempt', name: 'Exempt: printed books', rates: slabs(GST_START, [0, '0']) },
  { code: 'essential', name: 'Essentials: tea, coffee, spices', rates: slabs(GST_START, [0, '5']) },
  { code: 'reduced', name: 'Daily use: kitchenware, toys, dry fruit, stationery', rates: between('12', '5') },
  { code: 'personal-care', name: 'Soap, shampoo, toothpaste', rates: between('18', '5') },
  { code: 'standard', name: 'Everything without a rate of its own; delivery', rates: slabs(GST_START, [0, '18']) },
  { code: 'electronics', name: 'Phones, headphones, chargers', rates: slabs('2020-04-01', [0, '18']) },
  { code: 'appliances', name: 'Large appliances, televisions', rates: between('28', '18') },
  { code: 'demerit', name: 'Aerated drinks and other demerit goods', rates: between('28', '40') },
  { code: 'jewellery', name: 'Gold and silver jewellery', rates: slabs(GST_START, [0, '3']) },
  {
    code: 'apparel',
    name: 'Clothing and made-up textiles, by price',
    rates: [...slabs(GST_START, [0, '5'], [1_000_01, '12']), ...slabs(GST_REFORM, [0, '5'], [2_500_01, '18'])],
  },
  {
    code: 'footwear',
    name: 'Footwear, by price',
    rates: [
      ...slabs('2018-07-27', [0, '5'], [1_000_01, '18']),
      ...slabs('2022-01-01', [0, '12'], [1_000_01, '18']),
      ...slabs(GST_REFORM, [0, '5'], [2_500_01, '18']),
    ],
  },
];
