import { z } from 'zod';
import { job } from './contract.ts';

/** One round of the sweeper. Workers start it when it has work. */
export const sweep = job('reconciliation', 'sweep', z.object({}));

/** Creates the partitions of the coming months. */
export const preparePartitions = job('reconciliation', 'partitions', z.object({}));

/** Starts a run over recent records: compares our records with each other and with the provider. */
export const reconcileRecent = job('reconciliation', 'recent', z.object({}));

/** Starts a run over all records. */
export const reconcileAll = job('reconciliation', 'full', z.object({}));

/** Processes the next batch of a run. */
export const continueRun = job('reconciliation', 'continue', z.object({ runId: z.uuid() }));

/** Repairs a discrepancy. */
export const healDiscrepancy = job('reconciliation', 'heal', z.object({ discrepancyId: z.uuid() }));

/** Adds new orders and changed refunds to the sums of the analytics. */
export const addUpAnalytics = job('reconciliation', 'analytics', z.object({}));

/** Counts the sums of the analytics again and logs each correction. */
export const recountAnalytics = job('reconciliation', 'recount', z.object({}));
