import { z } from 'zod';
import { type ErrorCode, refused } from '../../../domain/errors.ts';
import { differenceOf, type StoredSnapshot } from '../../../domain/pricing/snapshot.ts';
import type { ApiDeps } from '../../deps.ts';
import { type AnyRoute, route } from '../../http/route.ts';

const priceSchema = z
  .object({
    checkoutId: z.uuid(),
    engineVersion: z.int(),
    pricedAt: z.iso.datetime(),
    inputs: z.record(z.string(), z.unknown()).meta({ description: 'All that the price was made of.' }),
    output: z
      .record(z.string(), z.unknown())
      .meta({ description: 'The price: `explanation` has each step, as in `POST /api/v1/store/pricing/explain`.' }),
    replays: z.boolean().meta({ description: 'Whether the same engine makes the same price of it again now.' }),
  })
  .meta({ id: 'FrozenPrice' });

type SnapshotRow = StoredSnapshot & { checkoutId: string; pricedAt: Date };

/** The prices of checkouts and orders as they were frozen, step by step. */
export const priceRoutes = (deps: ApiDeps): AnyRoute[] => [
  price(deps, { things: 'checkouts', key: 'id', notFound: 'CHECKOUT_NOT_FOUND' }),
  price(deps, { things: 'orders', key: 'order_id', notFound: 'ORDER_NOT_FOUND' }),
];

const price = ({ db }: ApiDeps, of: { things: string; key: 'id' | 'order_id'; notFound: ErrorCode }): AnyRoute =>
  route({
    method: 'get',
    path: `/api/v1/admin/${of.things}/{id}/price`,
    permission: 'orders:read',
    access: 'staff',
    tag: 'Prices',
    summary: `How the price of one of the ${of.things} came about`,
    params: z.object({ id: z.uuid() }),
    answers: { 200: { description: 'The price as it was frozen', schema: priceSchema } },
    errors: [of.notFound],
    async handle({ params: { id } }) {
      const [row] = await db.query<SnapshotRow>(
        `select s.checkout_id as "checkoutId", s.engine_version as "engineVersion", s.inputs, s.output,
            s.created_at as "pricedAt"
          from pricing_snapshots s join checkouts c on c.id = s.checkout_id where c.${of.key} = $1`,
        [id],
      );
      if (!row) throw refused(of.notFound, { id });
      return {
        status: 200,
        body: { ...row, pricedAt: row.pricedAt.toISOString(), replays: differenceOf(row) === undefined },
      };
    },
  });
