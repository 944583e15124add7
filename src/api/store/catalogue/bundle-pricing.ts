import { z } from 'zod';
import { paise, percent } from '../../fields/amounts.ts';

export const bundlePricing = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('fixed'),
      price: paise,
      separatelyPriced: z.boolean().optional().meta({
        description:
          'Whether the parts are shown to the buyer at prices of their own, so that each is taxed at its own rate. Default: no, then the highest rate of the parts counts for all of them (mixed supply, CGST Act, s. 8(b)).',
      }),
    }),
    z.strictObject({ kind: z.literal('sum') }),
    z.strictObject({ kind: z.literal('percent-off'), percent }),
    z.strictObject({ kind: z.literal('amount-off'), amount: paise }),
  ])
  .meta({
    id: 'BundlePricing',
    description: 'Of what the components cost alone; surcharges come on top. Amounts in paise.',
  });
