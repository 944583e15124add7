import { z } from 'zod';

/** A discount code as typed by a customer; case-insensitive, stored in upper case. */
export const codeSchema = z
  .string()
  .trim()
  .regex(/^[A-Za-z0-9_-]{3,40}$/, 'must be 3 to 40 letters, digits, hyphens or underscores')
  .transform((code) => code.toUpperCase());
