import { z } from 'zod';
import { requireSums } from '../../../entities/analytics/complete-sums.ts';
import { DISCOUNT_DAYS } from '../../../entities/analytics/discount-days.ts';
import type { ApiDeps } from '../../deps.ts';
import { route } from '../../http/route.ts';
import { rangeFields, rangeQuery, rangesOf } from './answer/day-range.ts';
import { answerTable, type CsvColumn } from './answer/table-answer.ts';
import { readDiscounts } from './discounts-view.ts';

const sumsSchema = {
  uses: z.int().meta({ description: 'Orders with the discount that were placed in the range.' }),
  cost: z.int().meta({ description: 'What buyers saved by it in paise. Refunds are not subtracted.' }),
};

const discountsSchema = z
  .object({
    ...rangeFields,
    currency: z.string(),
    data: z.array(
      z.object({
        id: z.uuid(),
        name: z.string(),
        ...sumsSchema,
        before: z.object(sumsSchema).meta({ description: 'In the range of as many days before.' }),
      }),
    ),
  })
  .meta({ id: 'DiscountUse' });

const COLUMNS: CsvColumn[] = [
  ['id', 'plain'],
  ['name', 'plain'],
  ['uses', 'plain'],
  ['cost', 'paise'],
];

/** The use and cost of discounts. */
export const discountUseRoute = ({ db, currency }: ApiDeps) =>
  route({
    method: 'get',
    path: '/api/v1/admin/analytics/discounts',
    permission: 'analytics:read',
    access: 'staff',
    tag: 'Analytics',
    summary: 'List the discounts of the orders in a range with their uses and cost',
    description: 'The discounts that cost most come first. `Accept: text/csv` returns a file with amounts in rupees.',
    query: z.strictObject(rangeQuery),
    answers: { 200: { description: 'The discounts', schema: discountsSchema, alternativeType: 'text/csv' } },
    errors: ['ANALYTICS_UNAVAILABLE'],
    async handle(call) {
      const { range, before } = rangesOf(call.query, new Date());
      await requireSums(db.search, DISCOUNT_DAYS);
      const data = await readDiscounts(db.search, range, before);
      const name = `discounts-${range.from}-${range.to}`;
      return answerTable(call, { ...range, currency, data }, { name, columns: COLUMNS, rows: data });
    },
  });
