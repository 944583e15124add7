import { z } from 'zod';
import { job } from './contract.ts';

const accountTemplate = z.enum([
  'verify-email',
  'reset-password',
  'invitation',
  'password-changed',
  'email-changed',
  'webhook-disabled',
]);

export type EmailTemplate = z.infer<typeof accountTemplate>;

/** Sends an e-mail to the owner of an account. The worker looks up the address and the token at the time of sending. */
export const sendAccountEmail = job(
  'mail',
  'send',
  z.object({ letter: accountTemplate, accountId: z.uuid(), tokenId: z.uuid().optional() }),
);

/** Finds the account that a password reset request names and, if it exists, sends the reset e-mail. */
export const startPasswordReset = job('mail', 'reset', z.object({ requestId: z.uuid() }));

const orderTemplate = z.enum([
  'order-confirmed',
  'order-cancelled',
  'shipment-sent',
  'refund-made',
  'return-approved',
  'return-rejected',
  'checkout-expired',
  'payment-returned',
]);

/** Sends an e-mail to a buyer. `id` names the order, shipment, refund, return or checkout, as the template needs. */
export const sendOrderEmail = job('mail', 'tell', z.object({ letter: orderTemplate, id: z.uuid() }));
