import { z } from 'zod';

/** Ten thousand million rupees: sums of such amounts stay exact. */
export const MOST_PAISE = 1_000_000_000_000;

export const paise = z.int().min(0).max(MOST_PAISE);

export const percent = z
  .number()
  .gt(0)
  .max(100)
  .multipleOf(0.01)
  .meta({ description: 'Percent, with at most two decimals.' });
