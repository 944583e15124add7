import { z } from 'zod';
import type { ErrorCode } from '../../../domain/errors.ts';

/** The maximum quantity in one request; `ORDER_LIMITS` limits the units of an order. */
export const MAX_UNITS = 10_000;

/** The errors when a cart would exceed the limits of an order. */
export const LIMIT_ERRORS: ErrorCode[] = ['QUANTITY_LIMIT_EXCEEDED', 'ORDER_UNITS_EXCEEDED', 'ORDER_VALUE_EXCEEDED'];

const units = z.int().min(1).max(MAX_UNITS);
const variantLine = z.strictObject({ variantId: z.uuid(), quantity: units });
const bundleLine = z.strictObject({
  bundleId: z.uuid(),
  quantity: units,
  selections: z
    .array(z.strictObject({ setId: z.uuid(), items: z.array(variantLine).min(1).max(50) }))
    .min(1)
    .max(50)
    .meta({ description: 'Chosen variants of each set, for one bundle. Leave out a set without a chosen variant.' }),
});

/** A requested item: units of a variant, or of a bundle with its selections. */
export const lineSchema = z.union([variantLine, bundleLine]);

/** The variants, bundles and discount code that a change adds to a cart. */
export interface CartAdditions {
  variantIds?: readonly string[];
  bundleIds?: readonly string[];
  code?: string;
}
