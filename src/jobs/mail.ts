import { z } from 'zod';
import { job } from './contract.ts';

const letter = z.enum(['verify-email', 'reset-password', 'invitation', 'password-changed']);

export type Letter = z.infer<typeof letter>;

/** Writes to the person behind an account. Who that is, and the secret of the token, are looked up when the mail is sent. */
export const sendMail = job('mail', 'send', z.object({ letter, accountId: z.uuid(), tokenId: z.uuid().optional() }));
