import { z } from 'zod';
import { cleanEmail, isEmail, isPlainLine, isVisible, PHONE } from '../../domain/contact-details.ts';

/** One line of text: a name, or a line of an address. */
export const lineOfText = (maxLength: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(maxLength)
    .refine(isVisible, { message: 'must contain a visible character' })
    .refine(isPlainLine, {
      message: 'must be one line without control characters and without bidirectional text marks',
    });

/** A telephone number, stored as written. */
export const phoneNumber = z.string().trim().max(21).regex(PHONE, 'must be a telephone number, e.g. "+91 98450 12345"');

/** The name of a person with an account. */
export const nameSchema = lineOfText(120);

/** The telephone number of an account; null when it has none. */
export const phoneSchema = phoneNumber.nullable();

/** An e-mail address, trimmed and in one Unicode normal form. */
export const emailSchema = z
  .string()
  .overwrite(cleanEmail)
  .max(254)
  .refine(isEmail, { message: 'must be an e-mail address, e.g. "asha@example.com"' })
  .meta({ format: 'email' });
