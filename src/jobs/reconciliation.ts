import { z } from 'zod';
import { job } from './contract.ts';

/** One round of the sweeper. */
export const sweep = job('reconciliation', 'sweep', z.object({}));

/** Makes the partitions of the coming months. */
export const preparePartitions = job('reconciliation', 'partitions', z.object({}));

/** Begins to compare what has moved lately, ours with ours and ours with the provider's. */
export const reconcileRecent = job('reconciliation', 'recent', z.object({}));

/** Begins to compare everything. */
export const reconcileAll = job('reconciliation', 'full', z.object({}));

/** Takes a run one batch further. */
export const continueRun = job('reconciliation', 'continue', z.object({ runId: z.uuid() }));

/** Does about a discrepancy what its rule says. */
export const healDiscrepancy = job('reconciliation', 'heal', z.object({ discrepancyId: z.uuid() }));
