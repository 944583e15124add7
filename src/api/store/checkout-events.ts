import { z } from 'zod';
import type { Database } from '../../infra/database.ts';
import type { ApiDeps } from '../deps.ts';
import { type AnyRoute, route } from '../route.ts';
import { readCheckout } from '../views/checkout.ts';
import { refuseStranger } from './checkout.ts';

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
    async handle({ params, headers, raw, signal }) {
      await refuseStranger(deps, { headers }, params.id);
      const { response } = raw;
      const stream = openStream(deps, params.id, Number(headers['last-event-id'] ?? 0) || 0);
      const first = await stream.next();
      if (first.events === '' && first.isOver) return { status: 204 };
      response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' });
      response.write(`retry: 2000\n\n${first.events}`);
      const heartbeat = setInterval(() => response.write(':\n\n'), HEARTBEAT_MS);
      try {
        for (let step = first; !step.isOver && !signal.aborted && !deps.stopping.aborted; ) {
          await stream.changed(signal);
          step = await stream.next();
          response.write(step.events);
        }
      } finally {
        clearInterval(heartbeat);
        stream.close();
        response.end();
      }
      return 'handled';
    },
  }),
];

/** Reads on from the last event told, each time something may have changed. */
function openStream(deps: ApiDeps, id: string, lastTold: number) {
  let told = lastTold;
  let wake = Promise.withResolvers<void>();
  const close = deps.hints.listen(id, () => wake.resolve());
  return {
    close,
    async next(): Promise<{ events: string; isOver: boolean }> {
      wake = Promise.withResolvers<void>();
      const rows = await readSteps(deps.db, id, told);
      told = rows.at(-1)?.seq ?? told;
      const reading = await readCheckout(deps.db, id);
      const isOver = ['COMPLETED', 'EXPIRED', 'CANCELLED', 'FAILED'].includes(reading?.view.state ?? '');
      return { events: rows.map(toEvent).join(''), isOver: isOver && !(await hasMore(deps.db, id, told)) };
    },
    /** Ends at a hint, when the client goes or the process stops; a lost hint is made up for after a while. */
    async changed(gone: AbortSignal): Promise<void> {
      const timer = setTimeout(() => wake.resolve(), HEARTBEAT_MS);
      for (const signal of [gone, deps.stopping]) signal.addEventListener('abort', () => wake.resolve(), { once: true });
      await wake.promise;
      clearTimeout(timer);
    },
  };
}

interface StepRow {
  seq: number;
  from: string | null;
  to: string;
  event: string;
  at: Date;
}

const readSteps = (db: Database, id: string, after: number): Promise<StepRow[]> =>
  db.query<StepRow>(
    `select seq, from_state as "from", to_state as "to", event, at from checkout_history
      where checkout_id = $1 and seq > $2 and accepted order by seq`,
    [id, after],
  );

const hasMore = async (db: Database, id: string, after: number): Promise<boolean> => (await readSteps(db, id, after)).length > 0;

const toEvent = ({ seq, from, to, event, at }: StepRow): string =>
  `id: ${seq}\nevent: transition\ndata: ${JSON.stringify({ from, to, event, at: at.toISOString() })}\n\n`;
