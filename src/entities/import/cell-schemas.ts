import { z } from 'zod';

/*
 * The types of cells. Each parses text, and its error message says what is expected.
 */

const quoted = (value: unknown): string => JSON.stringify(String(value).slice(0, 80));
/** The error message for a cell that is not `what`. */
export const isNot =
  (what: string) =>
  ({ input }: { input?: unknown }): string =>
    input === '' ? `is empty: ${what} is needed` : `${quoted(input)} is not ${what}`;

export const matching = (pattern: RegExp, what: string) =>
  z
    .string()
    .trim()
    .regex(pattern, { error: isNot(what), abort: true });
export const text = (most: number) => z.string().max(most, { error: `is longer than ${most} characters` });
export const words = (most: number) => text(most).trim();
export const orNull = (value: string): string | null => (value === '' ? null : value);

/** A whole number from `least` to `most`. */
export function units(least: number, most: number) {
  const what = `a whole number from ${least} to ${most}`;
  const isWithin = (value: string) => Number(value) >= least && Number(value) <= most;
  return matching(/^\d{1,12}$/, what)
    .refine(isWithin, { error: isNot(what) })
    .transform(Number);
}

type Context = z.core.$RefinementCtx<string>;

/** Adds error messages for a cell. */
function reportIssues(context: Context, messages: readonly string[]): never {
  const input = context.value;
  context.issues.push(...messages.map((message) => ({ code: 'custom' as const, message, input })));
  return z.NEVER;
}

/** Parses a cell with `schema`; an empty cell becomes `none`. */
export const emptyOr = <T, E>(schema: z.core.$ZodType<T, string>, none: E): z.core.$ZodType<T | E, string> =>
  z.string().transform((cell, context) => {
    if (cell.trim() === '') return none;
    const result = z.safeParse(schema, cell);
    if (result.success) return result.data;
    return reportIssues(
      context,
      result.error.issues.map(({ message }) => message),
    );
  });

/** Converts a cell with `prepare` and validates the result with `schema`. */
export const made = <T>(
  prepare: (cell: string) => unknown,
  schema: z.core.$ZodType<T>,
  what: string,
): z.core.$ZodType<T, string> =>
  z.string().transform((cell, context) => {
    const result = z.safeParse(schema, prepare(cell));
    return result.success ? result.data : reportIssues(context, [`${quoted(cell)} is not ${what}`]);
  });
