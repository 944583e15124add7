import { z } from 'zod';
import { job } from './contract.ts';

/** One round of the sweeper. */
export const sweep = job('reconciliation', 'sweep', z.object({}));

/** Makes the partitions of the coming months. */
export const preparePartitions = job('reconciliation', 'partitions', z.object({}));
