import { z } from 'zod';
import { TIME_ZONE } from '../../../domain/time-zone.ts';
import { PERIODS } from '../../../entities/analytics/local-time.ts';
import type { ApiDeps } from '../../deps.ts';
import { route } from '../../http/route.ts';
import { periodQuery, rangeFields, rangeQuery, rangesOf } from './answer/day-range.ts';
import { periodFields } from './answer/periods.ts';
import { answerTable, type CsvColumn } from './answer/table-answer.ts';
import { readReviews, reviewFiguresOf } from './reviews-view.ts';

const figures = {
  written: z.int().meta({ description: 'Reviews that were written in the period, without deleted ones.' }),
  approved: z.int().meta({ description: 'Those of them that are published now.' }),
  rejected: z.int().meta({ description: 'Those that are rejected.' }),
  waiting: z.int().meta({ description: 'Those that wait for moderation.' }),
  averageRating: z
    .number()
    .nullable()
    .meta({ description: 'Of those that are published, with two decimals.', example: 4.25 }),
};

const reviewsSchema = z
  .object({
    ...rangeFields,
    by: z.enum(PERIODS),
    timeZone: z.string().meta({ example: TIME_ZONE }),
    totals: z.object(figures),
    before: z
      .object({ ...rangeFields, totals: z.object(figures) })
      .meta({ description: 'The range of as many days before, for comparison.' }),
    data: z.array(z.object({ ...periodFields, ...figures })),
  })
  .meta({ id: 'ReviewFigures' });

const COLUMNS: CsvColumn[] = ['period', ...Object.keys(figures)].map((name) => [name, 'plain']);

/** Reviews and their ratings by period. */
export const reviewFiguresRoute = ({ db }: ApiDeps) =>
  route({
    method: 'get',
    path: '/api/v1/admin/analytics/reviews',
    permission: 'analytics:read',
    access: 'staff',
    tag: 'Analytics',
    summary: 'Retrieve how many reviews were written, and how customers rate',
    description: '`Accept: text/csv` returns the periods as a file.',
    query: z.strictObject({ ...rangeQuery, by: periodQuery }),
    answers: { 200: { description: 'The reviews', schema: reviewsSchema, alternativeType: 'text/csv' } },
    async handle(call) {
      const { by } = call.query;
      const { range, before } = rangesOf(call.query, new Date());
      const [periods, earlier] = await Promise.all([
        readReviews(db.search, range, by),
        readReviews(db.search, before, 'month'),
      ]);
      const data = periods.map((one) => ({ period: one.period, start: one.start, ...reviewFiguresOf([one]) }));
      const totals = reviewFiguresOf(periods);
      const body = {
        ...range,
        by,
        timeZone: TIME_ZONE,
        totals,
        before: { ...before, totals: reviewFiguresOf(earlier) },
        data,
      };
      return answerTable(call, body, { name: `reviews-${range.from}-${range.to}`, columns: COLUMNS, rows: data });
    },
  });
