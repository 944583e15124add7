import { z } from 'zod';
import { totalsSchema } from '../../fields/totals.ts';

const split = { cgst: z.int(), sgst: z.int(), igst: z.int() };

const stepSchema = z
  .object({
    step: z.enum(['price', 'price-list', 'rule', 'bundle', 'discount', 'shipping', 'tax', 'total']),
    id: z.string().optional().meta({ description: 'The price list, rule, bundle, discount or method.' }),
    name: z.string().optional(),
    lineIndex: z.int().optional().meta({ description: 'The line; without it the step is about the whole cart.' }),
    before: z.int(),
    after: z.int(),
    skipped: z.string().optional().meta({ description: 'Why it did not count.' }),
    note: z.string().optional(),
  })
  .meta({ id: 'PricingStep' });

const lineSchema = z.object({
  variantId: z.uuid(),
  quantity: z.int(),
  unitPrice: z.int(),
  hsn: z.string(),
  lineTotal: z.int(),
  discount: z.int(),
  taxableValue: z.int(),
  ratePercent: z.string(),
  ...split,
  bundle: z.int().optional().meta({ description: 'Which of `bundles` it is a component of, counted from 0.' }),
});

/** A price with every step that led to it. Amounts in paise. */
export const explainedSchema = z
  .object({
    at: z.iso.datetime(),
    currency: z.string(),
    lines: z.array(lineSchema),
    bundles: z.array(
      z.object({
        bundleId: z.uuid(),
        quantity: z.int(),
        unitPrice: z.int(),
        lineTotal: z.int(),
        discount: z.int(),
      }),
    ),
    discounts: z.array(z.object({ id: z.uuid(), name: z.string(), code: z.string().nullable(), amount: z.int() })),
    refusals: z.array(
      z.object({
        id: z.uuid(),
        code: z.string(),
        reason: z.string(),
        details: z.record(z.string(), z.unknown()),
      }),
    ),
    shipping: z
      .object({
        methodId: z.uuid(),
        name: z.string(),
        zone: z.string(),
        hsn: z.string(),
        price: z.int(),
        discount: z.int(),
        taxableValue: z.int(),
        ratePercent: z.string().meta({ description: 'The highest of its shares; "0" when nothing is charged.' }),
        ...split,
        shares: z
          .array(z.object({ ratePercent: z.string(), paid: z.int(), taxableValue: z.int(), ...split }))
          .optional()
          .meta({
            description:
              'What of the delivery is taxed at each rate, from the lowest; `paid` is with the tax. Absent in orders of pricing engines before 4, which taxed all of it at `ratePercent`.',
          }),
      })
      .nullable(),
    taxSummary: z.array(z.object({ hsn: z.string(), ratePercent: z.string(), taxableValue: z.int(), ...split })),
    totals: totalsSchema,
    explanation: z.array(stepSchema),
  })
  .meta({ id: 'ExplainedPrice' });
