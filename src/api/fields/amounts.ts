import { z } from 'zod';

/** Ten billion rupees, in paise: sums of such amounts stay exact. */
export const MAX_PAISE = 1_000_000_000_000;

/** An amount in paise. */
export const paise = z.int().min(0).max(MAX_PAISE);

export const percent = z
  .number()
  .gt(0)
  .max(100)
  .multipleOf(0.01)
  .meta({ description: 'Percent, with at most two decimals, for example 12.5.' });
