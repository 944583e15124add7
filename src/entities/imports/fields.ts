import { z } from 'zod';
import { type Medium, split, toPaise } from './cells.ts';

/*
 * What may stand in the cells, each read from text. The limits are those of the admin API.
 */

const shown = (value: unknown): string => JSON.stringify(String(value).slice(0, 80));
/** The sentence about a cell that is not `what`. */
const isNot =
  (what: string) =>
  ({ input }: { input?: unknown }): string =>
    input === '' ? `is empty: ${what} is needed` : `${shown(input)} is not ${what}`;

const matching = (pattern: RegExp, what: string) =>
  z
    .string()
    .trim()
    .regex(pattern, { error: isNot(what) });
const text = (most: number) => z.string().max(most, { error: `is longer than ${most} characters` });
const words = (most: number) => text(most).trim();
const orNull = (value: string): string | null => (value === '' ? null : value);

function units(least: number, most: number) {
  const what = `a whole number from ${least} to ${most}`;
  const isWithin = (value: string) => Number(value) >= least && Number(value) <= most;
  return matching(/^\d{1,12}$/, what)
    .refine(isWithin, { error: isNot(what) })
    .transform(Number);
}

type Context = z.core.$RefinementCtx<string>;

/** Reports what is wrong with a cell instead of a value. */
function wrong(context: Context, messages: readonly string[]): never {
  const input = context.value;
  context.issues.push(...messages.map((message) => ({ code: 'custom' as const, message, input })));
  return z.NEVER;
}

const emptyOr = <T, E>(schema: z.ZodType<T, string>, none: E): z.ZodType<T | E, string> =>
  z.string().transform((cell, context) => {
    if (cell.trim() === '') return none;
    const result = schema.safeParse(cell);
    if (result.success) return result.data;
    return wrong(
      context,
      result.error.issues.map(({ message }) => message),
    );
  });

/** What `prepare` makes of a cell, when `schema` agrees with it. */
const made = <T>(prepare: (cell: string) => unknown, schema: z.ZodType<T>, what: string): z.ZodType<T, string> =>
  z.string().transform((cell, context) => {
    const result = schema.safeParse(prepare(cell));
    return result.success ? result.data : wrong(context, [`${shown(cell)} is not ${what}`]);
  });

function parsed(cell: string): unknown {
  try {
    const value: unknown = JSON.parse(cell);
    // Escapes can hide what PostgreSQL does not store: halves of surrogate pairs, and NUL.
    return textsIn(value).every((text) => text.isWellFormed() && !text.includes('\0')) ? value : undefined;
  } catch {
    return undefined;
  }
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return value !== null && typeof value === 'object'
    ? Object.entries(value).flatMap((entry) => entry.flatMap(textsIn))
    : [];
}

const attributes = emptyOr(
  made(
    parsed,
    z.record(z.string().min(1).max(60), z.union([z.string().max(500), z.number(), z.boolean()])),
    'JSON like {"fabric":"cotton"}: names with texts, numbers, true or false',
  ),
  {},
);

const MOST_MEDIA = 50;
const listed = (cell: string): Medium[] => split(cell).map((url) => ({ url, alt: '' }));
const media = made(
  (cell) => (cell.trimStart().startsWith('[') ? parsed(cell) : listed(cell)),
  z.array(z.strictObject({ url: z.url().max(2_000), alt: z.string().max(300) })).max(MOST_MEDIA),
  `addresses like https://example.com/a.jpg with | between, at most ${MOST_MEDIA}`,
);

const MOST_PAISE = 1_000_000_000_000;
const amount = 'an amount like 499.00';
const price = matching(/^\d{1,11}(\.\d{1,2})?$/, amount)
  .refine((value) => toPaise(value) <= MOST_PAISE, { error: isNot(amount) })
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
  variantStatus: emptyOr(oneOf('active', 'archived'), undefined).optional(),
  variantAttributes: attributes.optional(),
  onHand: emptyOr(units(0, 10_000_000), 0).optional(),
};
