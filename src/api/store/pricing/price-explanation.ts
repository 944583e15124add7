import { z } from 'zod';
import { totalsSchema } from '../../fields/totals.ts';

const split = { cgst: z.int(), sgst: z.int(), igst: z.int() };

const stepSchema = z
  .object({
    step: z.enum(['price', 'price-list', 'rule', 'bundle', 'discount', 'shipping', 'tax', 'total']),
    id: z.string().optional().meta({ description: 'Id of the price list, rule, bundle, discount or shipping method.' }),
    name: z.string().optional(),
    lineIndex: z
      .int()
      .optional()
      .meta({ description: 'Index of the line, from 0; absent when the step applies to the whole cart.' }),
    before: z.int().meta({ description: 'Paise.' }),
    after: z.int().meta({ description: 'Paise.' }),
    skipped: z.string().optional().meta({ description: 'Why the step did not apply.' }),
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
  bundle: z
    .int()
    .optional()
    .meta({ description: 'Index in `bundles` of the bundle that the component belongs to, from 0.' }),
});

/** A price with each of its pricing steps. Amounts in paise. */
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
        ratePercent: z.string().meta({ description: 'Highest rate of the shares; `0` when shipping is free.' }),
        ...split,
        shares: z
          .array(z.object({ ratePercent: z.string(), paid: z.int(), taxableValue: z.int(), ...split }))
          .optional()
          .meta({
            description:
              'Part of the shipping taxed at each rate, lowest rate first; `paid` includes the tax. Absent in orders from pricing engines before version 4, which taxed all of the shipping at `ratePercent`.',
          }),
      })
      .nullable(),
    taxSummary: z.array(z.object({ hsn: z.string(), ratePercent: z.string(), taxableValue: z.int(), ...split })),
    totals: totalsSchema,
    explanation: z.array(stepSchema),
  })
  .meta({ id: 'ExplainedPrice' });
