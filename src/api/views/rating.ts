import { z } from 'zod';

export const ratingSchema = z
  .object({ average: z.number().nullable(), count: z.int() })
  .meta({ id: 'Rating', description: 'Reviews of the product: `average` is null while there are none.' });

export type Rating = z.infer<typeof ratingSchema>;

/** Of a product that nobody has reviewed. */
export const NO_RATING: Rating = { average: null, count: 0 };
