import { z } from 'zod';
import { cleanEmail, isEmail, isPlainLine, isVisible, PHONE } from '../../domain/contact-details.ts';

/** A line of text of a person: a name, or a line of an address. */
export const lineOfText = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .refine(isVisible, { message: 'must have a character that can be seen' })
    .refine(isPlainLine, {
      message: 'must be one line without control characters and without marks that turn the direction of text',
    });

/** A telephone number, kept as it is written. */
export const phoneNumber = z.string().trim().max(21).regex(PHONE, 'must be a telephone number, e.g. "+91 98450 12345"');

/** The name of a person with an account. */
export const nameSchema = lineOfText(120);

/** The telephone number of an account; null: none. */
export const phoneSchema = phoneNumber.nullable();

/** An e-mail address, without the blanks around it and in one Unicode form. */
export const emailSchema = z
  .string()
  .overwrite(cleanEmail)
  .max(254)
  .refine(isEmail, { message: 'must be an e-mail address, e.g. "asha@example.com"' })
  .meta({ format: 'email' });
