import { z } from 'zod';
import { job } from './contract.ts';

/** Sends one event to a checkout's state machine. The payload holds no payment method: the latest attempt stores it. */
export const advanceCheckout = job(
  'checkout',
  'advance',
  z.object({ checkoutId: z.uuid(), event: z.enum(['START', 'PAY', 'CANCEL', 'EXPIRE']) }),
);
