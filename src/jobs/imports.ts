import { z } from 'zod';
import { job } from './contract.ts';

/**
 * Imports the next batch of rows after row `after`, then enqueues itself until no row is left. A job whose `after` is
 * not the last imported row is outdated and does nothing.
 */
export const runImport = job('imports', 'run', z.object({ importId: z.uuid(), after: z.int() }));
