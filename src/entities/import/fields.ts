import { z } from 'zod';
import { UNITS } from '../../domain/invoices/unit.ts';
import { MAX_PAISE } from '../../domain/money/money.ts';
import { emptyOr, isNot, matching, orNull, text, units, words } from './cell-schemas.ts';
import { split, toPaise } from './cells.ts';
import { attributes, media } from './json-cells.ts';

/*
 * The formats of the cells. The limits are those of the admin API.
 */

const amount = 'an amount like 499.00';
const price = matching(/^\d{1,11}(\.\d{1,2})?$/, amount)
  .refine((value) => toPaise(value) <= MAX_PAISE, { error: isNot(amount) })
  .transform(toPaise);

export const SLUG = matching(
  /^[a-z0-9]+(-[a-z0-9]+)*$/,
  'lower-case words with hyphens between, like block-print-kurta',
).max(160, { error: 'is longer than 160 characters' });

const oneOf = <T extends string>(...words: readonly [T, ...T[]]) =>
  z
    .string()
    .trim()
    .pipe(z.enum(words, { error: isNot(`one of ${words.join(', ')}`) }));

export const PRODUCT_CELLS = {
  title: words(200),
  description: text(20_000),
  brand: words(120),
  hsn: matching(/^(\d{4}|\d{6}|\d{8})$/, 'an HSN code of 4, 6 or 8 digits'),
  uqc: z.optional(emptyOr(oneOf(...UNITS), undefined)),
  taxClass: matching(/^.{1,80}$/s, 'the code of a tax class'),
  status: oneOf('draft', 'active', 'archived'),
  collections: z.string().transform((cell) => [...new Set(split(cell))].toSorted()),
  attributes,
  media,
};

export const VARIANT_CELLS = {
  sku: matching(/^[A-Za-z0-9._-]{1,64}$/, '1 to 64 letters, digits, dots, hyphens or underscores'),
  size: words(60).transform(orNull),
  color: words(60).transform(orNull),
  price,
  weightGrams: emptyOr(units(0, 10_000_000), 0),
  maxPerOrder: emptyOr(units(1, 10_000), null),
  backorderLimit: emptyOr(units(0, 1_000_000), 0),
  variantStatus: z.optional(emptyOr(oneOf('active', 'archived'), undefined)),
  variantAttributes: z.optional(attributes),
  onHand: z.optional(emptyOr(units(0, 10_000_000), 0)),
};
