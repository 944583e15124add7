import { z } from 'zod';
import { refused } from '../../../domain/errors.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
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

/** @throws REFERENCE_UNKNOWN for a tax class without a current rate: its products could not be priced */
export async function requireTaxClass(tx: Tx, taxClass: string): Promise<void> {
  const rates = await tx.query(`select 1 from tax_rates where tax_class = $1 and valid_from <= now() limit 1`, [
    taxClass,
  ]);
  if (rates.length === 0) throw refused('REFERENCE_UNKNOWN', { field: 'taxClass', ids: [taxClass] });
}

/** Makes a unique slug from a title and appends a number when the slug is taken. */
export async function makeUniqueSlug(tx: Tx, table: 'products' | 'collections', title: string): Promise<string> {
  const words = title
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-');
  const base = words.replace(/^-+|-+$/g, '').slice(0, 120) || 'item';
  // Serialises transactions with the same base slug, so that each sees the numbers that others have taken.
  await tx.query(`select pg_advisory_xact_lock(hashtext($1))`, [`${table} ${base}`]);
  const [row] = await tx.query<{ taken: string[] }>(
    `select array(select slug from ${table} where slug = $1 or slug like $2) as taken`,
    [base, `${base}-%`],
  );
  const taken = new Set(row?.taken);
  if (!taken.has(base)) return base;
  let number = 2;
  while (taken.has(`${base}-${number}`)) number += 1;
  return `${base}-${number}`;
}
