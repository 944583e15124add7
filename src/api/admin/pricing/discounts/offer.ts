import { z } from 'zod';
import { paise, percent } from '../../../fields/amounts.ts';
import { NOTHING, target, units } from '../conditions.ts';

const cap = paise.nullable().default(null).meta({ description: 'Takes off at most so many paise.' });

const reduction = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('percent'), percent, cap }),
  z.strictObject({ kind: z.literal('amount'), amount: paise }),
]);

const some = z.strictObject({
  include: target.default(NOTHING),
  exclude: target.default(NOTHING),
  quantity: z.int().min(1).max(1_000),
});

const tier = z.strictObject({
  from: z.int().min(1).max(1_000_000_000_000).meta({ description: 'Units, or paise.' }),
  reduction,
});

/** What a discount gives. Amounts in paise. */
export const offer = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('percentage'), percent, cap }),
    z.strictObject({ kind: z.literal('fixed-amount'), amount: paise.min(1), per: z.enum(['order', 'unit']) }),
    z.strictObject({
      kind: z.literal('buy-x-get-y'),
      buy: some,
      get: some,
      percent: percent.meta({ description: 'Off the units that are given: 100 makes them free.' }),
      maxApplications: units.nullable().default(null),
    }),
    z.strictObject({
      kind: z.literal('tiered'),
      by: z.enum(['quantity', 'spend']),
      tiers: z.array(tier).min(1).max(20).meta({ description: 'Rising. The highest that is reached counts.' }),
    }),
    z.strictObject({ kind: z.literal('cart'), reduction }),
    z.strictObject({ kind: z.literal('free-shipping') }),
  ])
  .meta({ id: 'Offer' });
