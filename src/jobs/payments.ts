import { z } from 'zod';
import { job } from './contract.ts';

/** Carries out one stored operation at the payment provider and tells the checkout what came of it. */
export const executeOperation = job('payments', 'execute', z.object({ operationId: z.uuid() }));

/** Works on the stored events of the provider that nothing was done about yet. */
export const processProviderEvents = job('payments', 'notices', z.object({}));

/** Asks the provider how a payment stands and tells the checkout. */
export const askProvider = job('payments', 'ask', z.object({ paymentId: z.uuid() }));
