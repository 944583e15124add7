import { z } from 'zod';
import { job } from './contract.ts';

/** Each mail to the owner of an account, with the moment at which it is sent. */
const accountTemplate = z.enum([
  // A registration, a new address, a request for another link.
  'verify-email',
  // A request of the owner, if the account exists, or a command of staff.
  'reset-password',
  // An invitation of a staff member, and its repetition.
  'invitation',
  // A new password, if the account had one.
  'password-changed',
  // A new address: to the former one, if it was verified.
  'email-changed',
  // A subscription of webhooks that was switched off: to its creator.
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

/** Each mail to a buyer, with the moment at which it is sent. */
const orderTemplate = z.enum([
  // The order is placed and paid.
  'order-confirmed',
  // An order of which nothing was shipped is cancelled: by the customer, by staff, or by a full refund.
  'order-cancelled',
  // A parcel is sent.
  'shipment-sent',
  // A refund that the shop made succeeded.
  'refund-made',
  // Staff decided about a return.
  'return-approved',
  'return-rejected',
  // An unpaid checkout expired: only to customers with an account.
  'checkout-expired',
  // A payment without an order is refunded.
  'payment-returned',
]);

/** Sends an e-mail to a buyer. `id` names the order, shipment, refund, return or checkout, as the template needs. */
export const sendOrderEmail = job('mail', 'tell', z.object({ letter: orderTemplate, id: z.uuid() }));
