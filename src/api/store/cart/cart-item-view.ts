import { z } from 'zod';

const PROBLEMS = [
  'NOT_ON_SALE',
  'BUNDLE_SELECTION_INVALID',
  'QUANTITY_LIMIT_EXCEEDED',
  'INSUFFICIENT_INVENTORY',
] as const;
export type ItemProblem = (typeof PROBLEMS)[number];

const selectionSchema = z.object({
  setId: z.uuid(),
  title: z.string(),
  items: z.array(
    z.object({
      variantId: z.uuid(),
      sku: z.string(),
      title: z.string(),
      size: z.string().nullable(),
      color: z.string().nullable(),
      quantity: z.int().meta({ description: 'Units in one bundle.' }),
    }),
  ),
});

/** An item of a cart: units of a variant, or of a bundle with its selections. */
export const cartItemSchema = z
  .object({
    id: z.uuid(),
    variantId: z.uuid().optional(),
    bundleId: z.uuid().optional(),
    sku: z.string().optional(),
    title: z.string(),
    slug: z.string(),
    size: z.string().nullable().optional(),
    color: z.string().nullable().optional(),
    selections: z.array(selectionSchema).optional(),
    quantity: z.int(),
    unitPrice: z.int().meta({ description: 'Paise, after price lists and pricing rules, before discounts.' }),
    lineTotal: z.int().meta({ description: 'Paise: `unitPrice × quantity`, before discounts.' }),
    discount: z.int().meta({ description: 'Paise.' }),
    available: z.int().meta({ description: 'Units available now; not reserved until the checkout.' }),
    problem: z.enum(PROBLEMS).optional().meta({ description: 'Why a checkout of this item would fail now.' }),
  })
  .meta({ id: 'CartItem' });
