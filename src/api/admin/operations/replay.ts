import { z } from 'zod';
import { type ErrorCode, refused } from '../../../domain/errors.ts';
import type { ApiDeps } from '../../deps.ts';
import { type AnyRoute, route } from '../../http/route.ts';

const difference = z.object({ path: z.string(), stored: z.unknown(), replayed: z.unknown() });

export const replaySchema = z
  .object({
    kind: z.enum(['checkout', 'order']),
    id: z.uuid(),
    isIdentical: z.boolean(),
    steps: z.array(
      z.object({ seq: z.int(), event: z.string(), stored: z.string(), replayed: z.string(), isSame: z.boolean() }),
    ),
    machine: z.array(difference).meta({ description: 'Differences between the stored state and the replayed state.' }),
    price: z.object({ engineVersion: z.int(), differences: z.array(difference) }).nullable(),
  })
  .meta({ id: 'Replay' });

/** Replays stored histories with the current state machines and pricing engine. */
export const replayRoutes = (deps: ApiDeps): AnyRoute[] => [
  replayRoute(deps, { path: 'checkouts', kind: 'checkout', notFound: 'CHECKOUT_NOT_FOUND' }),
  replayRoute(deps, { path: 'orders', kind: 'order', notFound: 'ORDER_NOT_FOUND' }),
];

const replayRoute = (deps: ApiDeps, { path, kind, notFound }: { path: string; kind: string; notFound: ErrorCode }) =>
  route({
    method: 'get',
    path: `/api/v1/admin/${path}/{id}/replay`,
    permission: 'orders:read',
    access: 'staff',
    tag: 'Replay',
    summary: `Replay the history of ${kind === 'order' ? 'an' : 'a'} ${kind} and list the differences`,
    params: z.object({ id: z.uuid() }),
    query: z.strictObject({
      to: z.coerce.number().int().min(1).max(1_000_000).optional().meta({ description: 'The last step to replay.' }),
    }),
    answers: { 200: { description: 'The replay, step by step', schema: replaySchema } },
    errors: [notFound],
    async handle({ params: { id }, query: { to } }) {
      const replay = await deps.replay(id, to);
      if (replay?.kind !== kind) throw refused(notFound, { id });
      return { status: 200, body: replay };
    },
  });
