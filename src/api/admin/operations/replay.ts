import { z } from 'zod';
import { type ErrorCode, refused } from '../../../domain/errors.ts';
import type { ApiDeps } from '../../deps.ts';
import { type AnyRoute, route } from '../../http/route.ts';

const difference = z.object({ path: z.string(), stored: z.unknown(), replayed: z.unknown() });

const replaySchema = z
  .object({
    kind: z.enum(['checkout', 'order']),
    id: z.uuid(),
    isIdentical: z.boolean(),
    steps: z.array(
      z.object({ seq: z.int(), event: z.string(), stored: z.string(), replayed: z.string(), isSame: z.boolean() }),
    ),
    machine: z.array(difference).meta({ description: 'Where the stored machine is another than the steps lead to.' }),
    price: z.object({ engineVersion: z.int(), differences: z.array(difference) }).nullable(),
  })
  .meta({ id: 'Replay' });

/** Histories gone through again, with the machines and the pricing engine of now. */
export const replayRoutes = (deps: ApiDeps): AnyRoute[] => [
  replay(deps, { things: 'checkouts', kind: 'checkout', notFound: 'CHECKOUT_NOT_FOUND' }),
  replay(deps, { things: 'orders', kind: 'order', notFound: 'ORDER_NOT_FOUND' }),
];

const replay = (deps: ApiDeps, { things, kind, notFound }: { things: string; kind: string; notFound: ErrorCode }) =>
  route({
    method: 'get',
    path: `/api/v1/admin/${things}/{id}/replay`,
    permission: 'orders:read',
    access: 'staff',
    tag: 'Replay',
    summary: `Whether the history of one of the ${things} comes out again, or where it differs`,
    params: z.object({ id: z.uuid() }),
    query: z.strictObject({ to: z.coerce.number().int().min(1).max(1_000_000).optional() }),
    answers: { 200: { description: 'Step by step', schema: replaySchema } },
    errors: [notFound],
    async handle({ params: { id }, query: { to } }) {
      const found = await deps.replay(id, to);
      if (found?.kind !== kind) throw refused(notFound, { id });
      return { status: 200, body: found };
    },
  });
