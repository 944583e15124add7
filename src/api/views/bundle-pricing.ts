import { z } from 'zod';
import { paise, percent } from '../amounts.ts';

export const bundlePricing = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('fixed'), price: paise }),
    z.strictObject({ kind: z.literal('sum') }),
    z.strictObject({ kind: z.literal('percent-off'), percent }),
    z.strictObject({ kind: z.literal('amount-off'), amount: paise }),
  ])
  .meta({
    id: 'BundlePricing',
    description: 'Of what the components cost alone; surcharges come on top. Amounts in paise.',
  });
