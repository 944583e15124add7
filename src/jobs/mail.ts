import { z } from 'zod';
import { job } from './contract.ts';

const letter = z.enum([
  'verify-email',
  'reset-password',
  'invitation',
  'password-changed',
  'email-changed',
  'webhook-disabled',
]);

export type EmailTemplate = z.infer<typeof letter>;

/** Writes to the person behind an account. Who that is, and the secret of the token, are looked up when the mail is sent. */
export const sendAccountEmail = job(
  'mail',
  'send',
  z.object({ letter, accountId: z.uuid(), tokenId: z.uuid().optional() }),
);

/** Looks for the account that a request for a reset mail names, and sends the mail if there is one. */
export const startPasswordReset = job('mail', 'reset', z.object({ requestId: z.uuid() }));

const purchaseLetter = z.enum([
  'order-confirmed',
  'order-cancelled',
  'shipment-sent',
  'refund-made',
  'return-approved',
  'return-rejected',
  'checkout-expired',
  'payment-returned',
]);

/** Writes to whoever bought, or wanted to. The id is that of the order, shipment, refund, return or checkout it is about. */
export const sendOrderEmail = job('mail', 'tell', z.object({ letter: purchaseLetter, id: z.uuid() }));
