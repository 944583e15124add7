import { z } from 'zod';

export const ratingSchema = z.object({ average: z.number().nullable(), count: z.int() }).meta({
  id: 'Rating',
  description: 'Average rating from 1 to 5 and number of reviews; `average` is null without reviews.',
});

export type Rating = z.infer<typeof ratingSchema>;

/** SQL that reads the rating of the product with the alias `p` as JSON. */
export const ratingOf = (p: string): string =>
  `coalesce((select json_build_object('count', count,
      'average', round((r1 + 2 * r2 + 3 * r3 + 4 * r4 + 5 * r5)::numeric / nullif(count, 0), 2))
    from review_statistics where subject = ${p}.id), '{"count":0,"average":null}')`;
