import { z } from 'zod';
import { paise, percent } from '../../fields/amounts.ts';

export const bundlePricing = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('fixed'),
      price: paise,
      separatelyPriced: z.boolean().optional().meta({
        description:
          'Whether the buyer sees a price for each component, so that each is taxed at its own rate. Default: `false`; the highest rate of the components then applies to all of them (mixed supply, CGST Act, s. 8(b)).',
      }),
    }),
    z.strictObject({ kind: z.literal('sum') }),
    z.strictObject({ kind: z.literal('percent-off'), percent }),
    z.strictObject({ kind: z.literal('amount-off'), amount: paise }),
  ])
  .meta({
    id: 'BundlePricing',
    description:
      'Price of one bundle. `sum`, `percent-off` and `amount-off` start from the sum of the component prices. Surcharges are added. Amounts in paise.',
  });
