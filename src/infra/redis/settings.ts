import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { readRedisAddress } from './address.ts';

/** The setting of a Redis URL, see `readRedisAddress`. */
export const redisUrlSchema = z.string().superRefine((text, context) => {
  try {
    readRedisAddress(text);
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message });
  }
});

/** Certificates in PEM, or the path of a file with them; the value is the text in PEM. */
export const redisCaSchema = z.string().transform((text, context) => {
  try {
    const pem = text.startsWith('-----BEGIN') ? text : readFileSync(text, 'utf8');
    if (pem.includes('-----BEGIN CERTIFICATE-----')) return pem;
    context.addIssue({ code: 'custom', message: 'has no certificate in PEM' });
  } catch (error) {
    context.addIssue({
      code: 'custom',
      message: `is no certificate in PEM, nor a file that can be read (${(error as NodeJS.ErrnoException).code})`,
    });
  }
  return z.NEVER;
});
