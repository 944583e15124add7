import { z } from 'zod';
import { refused } from '../../../domain/errors.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { paise } from '../../fields/amounts.ts';
import { LONGEST_SLUG, SLUG } from '../../store/cached-responses/keys.ts';
import { attributesSchema } from '../../store/catalogue/product-view.ts';

export const slug = z
  .string()
  .regex(SLUG, 'must be lower-case words with hyphens between, e.g. "block-print-kurta"')
  .max(LONGEST_SLUG);

export const CATALOGUE = {
  read: 'products:read',
  create: 'products:create',
  update: 'products:update',
  delete: 'products:delete',
} as const;

/** What a variant is, wherever it is made. */
export const variantFields = {
  sku: z
    .string()
    .trim()
    .regex(/^[A-Za-z0-9._-]{1,64}$/, 'must be 1 to 64 letters, digits, dots, hyphens or underscores'),
  size: z.string().trim().min(1).max(60).nullable(),
  color: z.string().trim().min(1).max(60).nullable(),
  price: paise.meta({ description: 'Paise, as the shop states its prices.' }),
  weightGrams: z.int().min(0).max(10_000_000),
  maxPerOrder: z
    .int()
    .min(1)
    .max(10_000)
    .nullable()
    .meta({ description: 'Most units in one order; null: the default of the shop (`ORDER_LIMITS`).' }),
  attributes: attributesSchema,
  backorderLimit: z.int().min(0).max(1_000_000).meta({ description: 'How far below nothing it may be sold.' }),
};

/** @throws REFERENCE_UNKNOWN for a tax class that has no rate now: what is taxed by it could not be priced */
export async function requireTaxClass(tx: Tx, taxClass: string): Promise<void> {
  const known = await tx.query(`select 1 from tax_rates where tax_class = $1 and valid_from <= now() limit 1`, [
    taxClass,
  ]);
  if (known.length === 0) throw refused('REFERENCE_UNKNOWN', { field: 'taxClass', ids: [taxClass] });
}

/** A slug made of a title, with a number behind it where it is taken. */
export async function freeSlug(tx: Tx, table: 'products' | 'collections', title: string): Promise<string> {
  const words = title
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-');
  const base = words.replace(/^-+|-+$/g, '').slice(0, 120) || 'item';
  // Who makes one of the same title waits here, and then sees which numbers are taken.
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
