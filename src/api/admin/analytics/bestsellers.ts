import { z } from 'zod';
import { requireSums } from '../../../entities/analytics/complete-sums.ts';
import { VARIANT_SALES } from '../../../entities/analytics/variant-sales.ts';
import type { ApiDeps } from '../../deps.ts';
import { route } from '../../http/route.ts';
import { rangeFields, rangeQuery, rangesOf } from './answer/day-range.ts';
import { answerTable, type CsvColumn } from './answer/table-answer.ts';
import { readBestsellers, SUBJECTS } from './bestsellers-view.ts';

const sumsSchema = {
  units: z.int().meta({ description: 'Units in orders that were placed in the range; refunds are not subtracted.' }),
  revenue: z.int().meta({ description: 'What buyers paid for these units in paise, with tax, without delivery.' }),
};

const bestsellersSchema = z
  .object({
    ...rangeFields,
    of: z.enum(SUBJECTS),
    currency: z.string(),
    data: z.array(
      z.object({
        id: z.uuid(),
        title: z.string(),
        sku: z.string().nullable().meta({ description: 'Of variants.' }),
        ...sumsSchema,
        before: z.object(sumsSchema).meta({ description: 'In the range of as many days before.' }),
      }),
    ),
  })
  .meta({ id: 'Bestsellers' });

const COLUMNS: CsvColumn[] = [
  ['id', 'plain'],
  ['title', 'plain'],
  ['sku', 'plain'],
  ['units', 'plain'],
  ['revenue', 'paise'],
];

/** The variants, products or collections that sold best. */
export const bestsellersRoute = ({ db, currency }: ApiDeps) =>
  route({
    method: 'get',
    path: '/api/v1/admin/analytics/bestsellers',
    permission: 'analytics:read',
    access: 'staff',
    tag: 'Analytics',
    summary: 'List the variants, products or collections that sold best',
    description:
      'A product counts for each collection that it is in now. `Accept: text/csv` returns a file with amounts in rupees.',
    query: z.strictObject({
      ...rangeQuery,
      of: z.enum(SUBJECTS).default('products').meta({ description: 'What to list.' }),
      sort: z
        .enum(['units', 'revenue'])
        .default('revenue')
        .meta({ description: 'The order of the list, highest first.' }),
      limit: z.coerce.number().int().min(1).max(1_000).default(20).meta({ description: 'Entries, 1 to 1,000.' }),
    }),
    answers: { 200: { description: 'The bestsellers', schema: bestsellersSchema, alternativeType: 'text/csv' } },
    errors: ['ANALYTICS_UNAVAILABLE'],
    async handle(call) {
      const { of, sort, limit } = call.query;
      const { from, to } = call.query;
      const { range, before } = rangesOf({ from, to }, new Date());
      await requireSums(db.search, VARIANT_SALES);
      const data = await readBestsellers(db.search, { range, before, of, sort, limit });
      const name = `${of}-${range.from}-${range.to}`;
      return answerTable(call, { ...range, of, currency, data }, { name, columns: COLUMNS, rows: data });
    },
  });
