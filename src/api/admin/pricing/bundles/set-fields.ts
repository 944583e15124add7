import { z } from 'zod';
import { paise } from '../../../fields/amounts.ts';
import { name } from '../conditions.ts';

const itemSchema = z.strictObject({
  variantId: z.uuid(),
  maxQuantity: z.int().min(1).max(1_000).nullable().default(null),
  surcharge: paise.default(0).meta({ description: 'Surcharge per unit in paise. Default: 0.' }),
});

export const setSchema = z
  .strictObject({
    id: z.uuid().optional().meta({
      description: 'Id of an existing set, so that carts keep their selection from it. Omit it for a new set.',
    }),
    title: name,
    minQuantity: z.int().min(0).max(1_000),
    maxQuantity: z.int().min(1).max(1_000),
    items: z.array(itemSchema).max(200),
  })
  .meta({ id: 'ChoiceSet' });
