import { z } from 'zod';
import { MAX_PAISE } from '../../../../domain/money/money.ts';
import { EMPTY_TARGET } from '../../../../domain/pricing/discounts/target.ts';
import { paise, percent } from '../../../fields/amounts.ts';
import { target, units } from '../conditions.ts';

const cap = paise
  .nullable()
  .default(null)
  .meta({ description: 'Most paise that the discount takes off; null: no limit.' });

const reduction = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('percent'), percent, cap }),
  z.strictObject({ kind: z.literal('amount'), amount: paise }),
]);

const goods = z.strictObject({
  include: target.default(EMPTY_TARGET),
  exclude: target.default(EMPTY_TARGET),
  quantity: z.int().min(1).max(1_000),
});

const tier = z.strictObject({
  from: z.int().min(1).max(MAX_PAISE).meta({ description: 'Threshold of the tier: units, or paise for `spend`.' }),
  reduction,
});

/** The offers that a discount can make. Amounts in paise. */
export const offer = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('percentage'), percent, cap }),
    z.strictObject({ kind: z.literal('fixed-amount'), amount: paise.min(1), per: z.enum(['order', 'unit']) }),
    z.strictObject({
      kind: z.literal('buy-x-get-y'),
      buy: goods,
      get: goods,
      percent: percent.meta({ description: 'Percentage off the `get` units; 100 makes them free.' }),
      maxApplications: units.nullable().default(null),
    }),
    z.strictObject({
      kind: z.literal('tiered'),
      by: z.enum(['quantity', 'spend']),
      tiers: z
        .array(tier)
        .min(1)
        .max(20)
        .meta({ description: 'Tiers in ascending order; the highest tier reached applies.' }),
    }),
    z.strictObject({ kind: z.literal('cart'), reduction }),
    z.strictObject({ kind: z.literal('free-shipping') }),
  ])
  .meta({ id: 'Offer' });
