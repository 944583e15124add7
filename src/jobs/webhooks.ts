import { z } from 'zod';
import { job } from './contract.ts';

/** Sends the due webhook deliveries, in batches. */
export const deliverWebhooks = job('webhooks', 'deliver', z.object({}));
