import { z } from 'zod';
import { MAX_PAISE } from '../../domain/money/money.ts';

/** An amount in paise. */
export const paise = z.int().min(0).max(MAX_PAISE);

export const percent = z
  .number()
  .gt(0)
  .max(100)
  .multipleOf(0.01)
  .meta({ description: 'Percent, with at most two decimals, for example 12.5.' });
