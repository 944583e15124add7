import { z } from 'zod';
import { job } from './contract.ts';

/** Feeds one event to a checkout's machine. A method of payment does not travel: it is stored as the latest attempt. */
export const advanceCheckout = job(
  'checkout',
  'advance',
  z.object({ checkoutId: z.uuid(), event: z.enum(['START', 'PAY', 'CANCEL', 'EXPIRE']) }),
);
