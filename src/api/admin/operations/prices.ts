import { z } from 'zod';
import { type ErrorCode, refused } from '../../../domain/errors.ts';
import { explainedPrice } from '../../../domain/pricing/snapshot.ts';
import { SNAPSHOT_COLUMNS, type SnapshotColumns, unpackSnapshot } from '../../../entities/checkout/price-snapshot.ts';
import type { ApiDeps } from '../../deps.ts';
import { type AnyRoute, route } from '../../http/route.ts';

const priceSchema = z
  .object({
    checkoutId: z.uuid(),
    engineVersion: z.int(),
    pricedAt: z.iso.datetime(),
    inputs: z.record(z.string(), z.unknown()).meta({ description: 'All inputs of the price calculation.' }),
    output: z.record(z.string(), z.unknown()).meta({
      description:
        'The price; `explanation` lists each step, as in `POST /api/v1/store/pricing/explain`. It is empty if it was not stored and `replays` is false.',
    }),
    replays: z
      .boolean()
      .meta({ description: 'Whether the pricing engine returns the same price for these inputs now.' }),
  })
  .meta({ id: 'PriceSnapshot' });

type SnapshotRow = SnapshotColumns & { checkoutId: string; pricedAt: Date };

/** The stored price snapshots of checkouts and orders, step by step. */
export const priceRoutes = (deps: ApiDeps): AnyRoute[] => [
  priceRoute(deps, { path: 'checkouts', noun: 'a checkout', key: 'id', notFound: 'CHECKOUT_NOT_FOUND' }),
  priceRoute(deps, { path: 'orders', noun: 'an order', key: 'order_id', notFound: 'ORDER_NOT_FOUND' }),
];

interface PriceSpec {
  path: string;
  noun: string;
  key: 'id' | 'order_id';
  notFound: ErrorCode;
}

const priceRoute = ({ db }: ApiDeps, spec: PriceSpec): AnyRoute =>
  route({
    method: 'get',
    path: `/api/v1/admin/${spec.path}/{id}/price`,
    permission: 'orders:read',
    access: 'staff',
    tag: 'Prices',
    summary: `Retrieve the price snapshot of ${spec.noun}, step by step`,
    params: z.object({ id: z.uuid() }),
    answers: { 200: { description: 'The price snapshot', schema: priceSchema } },
    errors: [spec.notFound],
    async handle({ params: { id } }) {
      const [row] = await db.query<SnapshotRow>(
        `select checkout_id as "checkoutId", ${SNAPSHOT_COLUMNS}, s.created_at as "pricedAt"
          from pricing_snapshots s join checkouts c on c.id = s.checkout_id where c.${spec.key} = $1`,
        [id],
      );
      if (!row) throw refused(spec.notFound, { id });
      const { checkoutId, pricedAt } = row;
      const { engineVersion, inputs, output } = unpackSnapshot(row);
      const price = { engineVersion, pricedAt: pricedAt.toISOString(), inputs };
      return { status: 200, body: { checkoutId, ...price, ...explainedPrice({ engineVersion, inputs, output }) } };
    },
  });
