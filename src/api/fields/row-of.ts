import type { z } from 'zod';

/**
 * A row whose columns are answered as they are: it has the fields of the answer's schema. Instants are dates until the
 * answer is written as JSON.
 */
export type RowOf<Schema extends z.ZodObject> = {
  [Name in keyof Schema['shape']]: Selected<Schema['shape'][Name]>;
};

type Selected<Field> = Field extends z.ZodISODateTime
  ? Date
  : Field extends z.ZodNullable<z.ZodISODateTime>
    ? Date | null
    : z.output<Field>;
