import { z } from 'zod';
import { isIndianSubdivision, isPinCode } from '../../domain/india.ts';

const text = (most: number) => z.string().trim().min(1).max(most);

/** The shop delivers within India. */
export const addressSchema = z
  .strictObject({
    name: text(120),
    line1: text(200),
    line2: text(200).optional(),
    city: text(100),
    state: z
      .string()
      .refine(isIndianSubdivision, { message: 'must be the ISO 3166-2 code of an Indian state, e.g. "IN-KA"' }),
    postalCode: z.string().refine(isPinCode, { message: 'must be a PIN code of six digits, e.g. "560001"' }),
    country: z.literal('IN', { message: 'must be "IN": the shop delivers within India' }),
    phone: z
      .string()
      .regex(/^\+?[0-9 ()-]{6,20}$/, 'must be a telephone number, e.g. "+91 98450 12345"')
      .optional(),
  })
  .meta({ id: 'Address' });
