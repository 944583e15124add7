import { z } from 'zod';

export const ratingSchema = z
  .object({ average: z.number().nullable(), count: z.int() })
  .meta({ id: 'Rating', description: 'Reviews of the product: `average` is null while there are none.' });

export type Rating = z.infer<typeof ratingSchema>;

/** SQL of the rating of the product with this alias, as JSON. */
export const ratingOf = (p: string): string =>
  `coalesce((select json_build_object('count', count,
      'average', round((r1 + 2 * r2 + 3 * r3 + 4 * r4 + 5 * r5)::numeric / nullif(count, 0), 2))
    from review_statistics where subject = ${p}.id), '{"count":0,"average":null}')`;
