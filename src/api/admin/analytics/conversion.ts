import { z } from 'zod';
import { TIME_ZONE } from '../../../domain/time-zone.ts';
import { PERIODS } from '../../../entities/analytics/local-time.ts';
import type { ApiDeps } from '../../deps.ts';
import { route } from '../../http/route.ts';
import { periodQuery, rangeFields, rangeQuery, rangesOf } from './answer/day-range.ts';
import { periodFields } from './answer/periods.ts';
import { answerTable, type CsvColumn } from './answer/table-answer.ts';
import { readConversionBy, totalConversion } from './conversion-view.ts';

const count = (description: string) => z.int().meta({ description });
const rate = (description: string) =>
  z
    .number()
    .nullable()
    .meta({ description: `${description}, in percent.` });
const figures = {
  carts: count('Carts that were created and hold goods, or were checked out.'),
  checkouts: count('Checkouts that were started.'),
  completed: count('Those that have become an order.'),
  open: count('Those that are still in progress.'),
  expired: count('Those that expired.'),
  cancelled: count('Those that the customer cancelled.'),
  failed: count('Those that failed.'),
  checkoutRate: rate('`checkouts` per cart; a cart can be checked out repeatedly'),
  completionRate: rate('`completed` of the checkouts that are no longer in progress'),
};
const figuresSchema = z.object(figures).meta({ id: 'ConversionFigures' });

const conversionSchema = z
  .object({
    ...rangeFields,
    by: z.enum(PERIODS),
    timeZone: z.string().meta({ example: TIME_ZONE }),
    totals: figuresSchema,
    before: z
      .object({ ...rangeFields, totals: figuresSchema })
      .meta({ description: 'The range of as many days before, for comparison.' }),
    losses: z
      .array(z.object({ state: z.enum(['EXPIRED', 'CANCELLED', 'FAILED']), reason: z.string(), checkouts: z.int() }))
      .meta({ description: 'Why checkouts of the range ended without an order, most frequent first.' }),
    data: z.array(z.object({ ...periodFields, ...figures })),
  })
  .meta({ id: 'Conversion' });

const COLUMNS: CsvColumn[] = ['period', ...Object.keys(figures)].map((name) => [name, 'plain']);

/** How many carts were checked out and became orders, and why others did not. */
export const conversionRoute = ({ db }: ApiDeps) =>
  route({
    method: 'get',
    path: '/api/v1/admin/analytics/conversion',
    permission: 'analytics:read',
    access: 'staff',
    tag: 'Analytics',
    summary: 'Retrieve how many carts were checked out and became orders',
    description:
      'Carts and checkouts count when they begin, with what became of them until now. `Accept: text/csv` returns the periods as a file.',
    query: z.strictObject({ ...rangeQuery, by: periodQuery }),
    answers: { 200: { description: 'The conversion', schema: conversionSchema, alternativeType: 'text/csv' } },
    async handle(call) {
      const { by } = call.query;
      const { range, before } = rangesOf(call.query, new Date());
      const [{ periods: data, losses }, { periods: earlier }] = await Promise.all([
        readConversionBy(db.search, range, by),
        readConversionBy(db.search, before, 'month'),
      ]);
      const totals = totalConversion(data);
      const body = {
        ...range,
        by,
        timeZone: TIME_ZONE,
        totals,
        before: { ...before, totals: totalConversion(earlier) },
        losses,
        data,
      };
      return answerTable(call, body, { name: `conversion-${range.from}-${range.to}`, columns: COLUMNS, rows: data });
    },
  });
