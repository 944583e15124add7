import { z } from 'zod';
import { refused } from '../../../domain/errors.ts';
import { CHECKOUT_STATES } from '../../../domain/states.ts';
import type { Query } from '../../../infra/database/query.ts';
import type { ApiDeps } from '../../deps.ts';
import type { RowOf } from '../../fields/row-of.ts';
import { TRACE_ID, traceIdSchema } from '../../fields/trace-id.ts';
import { route } from '../../http/route.ts';
import { checkoutHeadSchema, readCheckouts } from './checkout-list.ts';

const stepSchema = z.object({
  from: z.enum(CHECKOUT_STATES).nullable(),
  to: z.enum(CHECKOUT_STATES),
  event: z.string(),
  isAccepted: z.boolean().meta({ description: '`false`: the state did not allow the event, and nothing changed.' }),
  cause: z.string().meta({ description: 'Id of the command or provider event, or `request`.' }),
  requestId: z.string().nullable().meta({ description: 'The request that started the checkout.' }),
  traceId: traceIdSchema,
  at: z.iso.datetime(),
});

/** A checkout with its history; an archived history is empty. */
export const checkoutDetailSchema = checkoutHeadSchema
  .extend({ history: z.array(stepSchema) })
  .meta({ id: 'CheckoutDetail' });

const readSteps = (query: Query, id: string) =>
  query<RowOf<typeof stepSchema>>(
    `select from_state as "from", to_state as "to", event, accepted as "isAccepted", cause, request_id as "requestId",
        ${TRACE_ID} as "traceId", at
      from checkout_history where checkout_id = $1 order by seq`,
    [id],
  );

/** The route that reads one checkout with every event that it received. */
export const checkoutRoute = ({ db }: ApiDeps) =>
  route({
    method: 'get',
    path: '/api/v1/admin/checkouts/{id}',
    permission: 'orders:read',
    access: 'staff',
    tag: 'Checkout',
    summary: 'Retrieve a checkout with its history',
    params: z.object({ id: z.uuid() }),
    answers: { 200: { description: 'The checkout', schema: checkoutDetailSchema } },
    errors: ['CHECKOUT_NOT_FOUND'],
    async handle({ params: { id } }) {
      const [[head], history] = await Promise.all([
        readCheckouts(db.search, { id, before: null, limit: 1 }),
        readSteps(db.query, id),
      ]);
      if (!head) throw refused('CHECKOUT_NOT_FOUND', { checkoutId: id });
      return { status: 200, body: { ...head, history } };
    },
  });
