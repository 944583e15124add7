import { z } from 'zod';
import { job } from './contract.ts';

/** Sends the deliveries to subscribers that are due, many at a time. */
export const deliverWebhooks = job('webhooks', 'deliver', z.object({}));
