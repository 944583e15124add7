import { z } from 'zod';
import { job } from './contract.ts';

/**
 * Works on the rows of an import behind row `after`, and asks for itself again until none is left. One that is not where
 * the import is has been overtaken.
 */
export const runImport = job('imports', 'run', z.object({ importId: z.uuid(), after: z.int() }));
