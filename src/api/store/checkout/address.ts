import { z } from 'zod';
import { currentStateCode, indianSubdivision, isIndianSubdivision, STATE_CODES } from '../../../domain/tax/india.ts';
import { isPinCode, normalisePinCode, statesOfPinCode } from '../../../domain/tax/pin-codes.ts';
import { lineOfText, phoneNumber } from '../../fields/person-fields.ts';

/** A state of India, as ISO 3166-2 code. A code that ISO has replaced becomes the current code. */
export const stateSchema = z
  .string()
  .overwrite(currentStateCode)
  .refine(isIndianSubdivision, { message: 'must be the ISO 3166-2 code of an Indian state, e.g. "IN-KA"' })
  .meta({ override: { enum: [...STATE_CODES] } });

/** The shop delivers within India. */
export const addressSchema = z
  .strictObject({
    name: lineOfText(120),
    line1: lineOfText(200),
    line2: lineOfText(200).optional(),
    city: lineOfText(100),
    state: stateSchema,
    postalCode: z
      .string()
      .overwrite(normalisePinCode)
      .refine(isPinCode, { message: 'must be a PIN code of six digits, e.g. "560001"' })
      .meta({
        description: 'PIN code, e.g. `560001`. Its first digits must belong to `state`. `560 001` becomes `560001`.',
        override: { pattern: '^[1-9][0-9]{2} ?[0-9]{3}$' },
      }),
    country: z.literal('IN', { message: 'must be "IN": the shop delivers within India' }),
    phone: phoneNumber.optional(),
  })
  .superRefine(({ state, postalCode }, context) => {
    if (!isIndianSubdivision(state)) return;
    const states = statesOfPinCode(postalCode);
    if (states.length === 0 || states.some(({ code }) => code === state)) return;
    const expected = states.map(({ name, code }) => `${name} (${code})`).join(' or ');
    const message = `belongs to ${expected}, not to ${indianSubdivision(state)?.name ?? state}`;
    context.addIssue({ code: 'custom', path: ['postalCode'], message, params: { expected: `a PIN code of ${state}` } });
  })
  .meta({ id: 'Address' });
