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
      quantity: z.int().meta({ description: 'In one bundle.' }),
    }),
  ),
});

/** Units of a variant, or of a bundle with what was chosen for one of it. */
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
    unitPrice: z.int().meta({ description: 'Paise, by price lists and rules, before discounts.' }),
    lineTotal: z.int(),
    discount: z.int(),
    available: z.int().meta({ description: 'How many can be bought now; a hint, the checkout decides.' }),
    problem: z.enum(PROBLEMS).optional().meta({ description: 'What would make a checkout fail now.' }),
  })
  .meta({ id: 'CartItem' });
