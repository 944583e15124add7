import { z } from 'zod';
import { CHECKOUT_WAYS_OUT } from '../../domain/states.ts';
import type { ApiDeps } from '../deps.ts';
import { customerIn } from '../ownership.ts';
import { type AnyRoute, route } from '../route.ts';
import { type CheckoutKey, type CheckoutView, readCheckout } from '../views/checkout.ts';
import { refuseStranger, thingOf } from './checkout.ts';

/** Proxies cut streams that stay silent for long. */
const HEARTBEAT_MS = 15_000;

/** The history of a checkout as it is written, one event per transition, from wherever the client stopped listening. */
export const checkoutEventRoutes = (deps: ApiDeps): AnyRoute[] => [
  route({
    method: 'get',
    path: '/api/v1/store/checkout/{id}/events',
    permission: 'orders:read',
    access: 'checkout',
    summary: 'Transitions as Server-Sent Events, replayable with Last-Event-ID',
    tag: 'Checkout',
    params: z.object({ id: z.uuid() }),
    answers: {
      200: { description: 'A stream of `transition` events', schema: z.string(), contentType: 'text/event-stream' },
      204: { description: 'The checkout is over and everything was told: do not connect again' },
    },
    errors: ['CHECKOUT_NOT_FOUND'],
    async handle(call) {
      const { params, headers, raw, signal } = call;
      const key = { id: params.id, customerId: customerIn(call) };
      const told = Number(headers['last-event-id'] ?? 0) || 0;
      const reading = await readCheckout(deps.db.query, key);
      refuseStranger(deps, call, thingOf(reading));
      const first = reading?.view;
      if (!first || (isOver(first) && first.history.length <= told)) return { status: 204 };
      const { response } = raw;
      const kind = { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' };
      response.writeHead(200, kind).write('retry: 2000\n\n');
      await tell(deps, { key, told, response, gone: AbortSignal.any([signal, deps.stopping]) });
      response.end();
      return 'handled';
    },
  }),
];

interface Listener {
  key: CheckoutKey;
  /** How many transitions the client has heard of. */
  told: number;
  response: { write(text: string): unknown };
  gone: AbortSignal;
}

/** Tells each transition once, until the checkout is over or nobody listens. */
async function tell({ hints, db }: ApiDeps, { key, told, response, gone }: Listener): Promise<void> {
  let changed = Promise.withResolvers<void>();
  const wake = () => changed.resolve();
  const stopListening = hints.listen(key.id, wake);
  // A lost hint is made up for at the next heartbeat.
  const heartbeat = setInterval(() => {
    response.write(':\n\n');
    wake();
  }, HEARTBEAT_MS);
  gone.addEventListener('abort', wake);
  try {
    for (let next = told; !gone.aborted; await changed.promise) {
      changed = Promise.withResolvers<void>();
      const view = (await readCheckout(db.query, key))?.view;
      const news = view?.history.slice(next) ?? [];
      for (const step of news) {
        next += 1;
        response.write(`id: ${next}\nevent: transition\ndata: ${JSON.stringify(step)}\n\n`);
      }
      if (!view || isOver(view)) break;
    }
  } finally {
    clearInterval(heartbeat);
    stopListening();
  }
}

const isOver = ({ state }: CheckoutView): boolean => state === 'COMPLETED' || CHECKOUT_WAYS_OUT.includes(state);
