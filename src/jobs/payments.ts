import { z } from 'zod';
import { job } from './contract.ts';

/** Executes one stored operation at the payment provider and passes the result to the checkout. */
export const executeOperation = job('payments', 'execute', z.object({ operationId: z.uuid() }));

/** Processes the stored provider events that are not processed yet. */
export const processProviderEvents = job('payments', 'notices', z.object({}));

/** Reads a payment's status from the provider and passes it to the checkout. */
export const askProvider = job('payments', 'ask', z.object({ paymentId: z.uuid() }));
