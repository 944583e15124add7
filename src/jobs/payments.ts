import { z } from 'zod';
import { job } from './contract.ts';

/** Carries out one stored operation at the payment provider and tells the checkout what came of it. */
export const executeOperation = job('payments', 'execute', z.object({ operationId: z.uuid() }));

/** Works on one stored event of the provider. */
export const processNotice = job('payments', 'notice', z.object({ provider: z.string(), eventId: z.string() }));

/** Asks the provider how a payment stands and tells the checkout. */
export const askProvider = job('payments', 'ask', z.object({ paymentId: z.uuid() }));
