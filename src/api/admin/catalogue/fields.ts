import { z } from 'zod';
import { paise } from '../../fields/amounts.ts';
import { MAX_SLUG_LENGTH, SLUG } from '../../store/cached-responses/keys.ts';
import { attributesSchema } from '../../store/catalogue/product-view.ts';

export const slug = z
  .string()
  .regex(SLUG, 'must be lower-case words with hyphens between, e.g. "block-print-kurta"')
  .max(MAX_SLUG_LENGTH);

export const CATALOGUE = {
  read: 'products:read',
  create: 'products:create',
  update: 'products:update',
  delete: 'products:delete',
} as const;

/** The fields of a variant, shared by all routes that create one. */
export const variantFields = {
  sku: z
    .string()
    .trim()
    .regex(/^[A-Za-z0-9._-]{1,64}$/, 'must be 1 to 64 letters, digits, dots, hyphens or underscores'),
  size: z.string().trim().min(1).max(60).nullable(),
  color: z.string().trim().min(1).max(60).nullable(),
  price: paise.meta({
    description: 'Unit price in paise, with or without tax as the shop states its prices, e.g. 99900.',
  }),
  weightGrams: z.int().min(0).max(10_000_000).meta({ description: 'Weight in grams. Default: 0.' }),
  maxPerOrder: z
    .int()
    .min(1)
    .max(10_000)
    .nullable()
    .meta({ description: 'Most units per order; null: the default of the shop (`ORDER_LIMITS`).' }),
  attributes: attributesSchema,
  backorderLimit: z
    .int()
    .min(0)
    .max(1_000_000)
    .meta({ description: 'Units that can be sold beyond the stock on hand; 0 allows none.' }),
};
