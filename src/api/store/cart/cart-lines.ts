import { z } from 'zod';
import type { ErrorCode } from '../../../domain/errors.ts';

/** Most units that can be asked for at once; what an order may hold is `ORDER_LIMITS`. */
export const MOST_UNITS = 10_000;

/** The errors of a cart that is asked to hold more than an order may. */
export const LIMIT_ERRORS: ErrorCode[] = ['QUANTITY_LIMIT_EXCEEDED', 'ORDER_UNITS_EXCEEDED', 'ORDER_VALUE_EXCEEDED'];

const units = z.int().min(1).max(MOST_UNITS);
const variantLine = z.strictObject({ variantId: z.uuid(), quantity: units });
const bundleLine = z.strictObject({
  bundleId: z.uuid(),
  quantity: units,
  selections: z
    .array(z.strictObject({ setId: z.uuid(), items: z.array(variantLine).min(1).max(50) }))
    .min(1)
    .max(50)
    .meta({ description: 'What is chosen of each set, for one bundle. A set of which nothing is chosen is left out.' }),
});

/** Units of a variant, or of a bundle with what is chosen for it. */
export const lineSchema = z.union([variantLine, bundleLine]);

/** The goods and the code that a change is about to add to a cart. */
export interface Extra {
  variantIds?: readonly string[];
  bundleIds?: readonly string[];
  code?: string;
}
