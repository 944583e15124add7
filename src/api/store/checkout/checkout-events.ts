import { z } from 'zod';
import { ERRORS } from '../../../domain/errors.ts';
import { CHECKOUT_TERMINAL_STATES } from '../../../domain/states.ts';
import { networkOf } from '../../../infra/network/network.ts';
import { errorFields, observeSparingly } from '../../../infra/observability/log.ts';
import { customerIdOf } from '../../auth/ownership.ts';
import { callerKey } from '../../auth/principal.ts';
import type { ApiDeps } from '../../deps.ts';
import { failureOf } from '../../http/errors/failure.ts';
import { type AnyRoute, type RawCall, route } from '../../http/route.ts';
import { ownerFieldsOf, requireOwnCheckout } from './checkout.ts';
import { type Follow, openCheckoutFeed } from './checkout-feed.ts';
import { type CheckoutKey, type CheckoutView, readCheckout } from './checkout-view.ts';
import { openStreamLimits, type StreamLimits } from './stream-limits.ts';

const STREAM_HEADERS = { 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' };

/** Only tests override these settings. */
interface Settings {
  heartbeatMs?: number;
  limits?: StreamLimits;
}

/** Streams the history of a checkout, one event per transition, from the last event that the client received. */
export function checkoutEventRoutes(deps: ApiDeps, { heartbeatMs, limits }: Settings = {}): AnyRoute[] {
  const follow = openCheckoutFeed(deps, heartbeatMs);
  const countStream = openStreamLimits(limits);
  return [
    route({
      method: 'get',
      path: '/api/v1/store/checkout/{id}/events',
      permission: 'orders:read',
      access: 'checkout',
      summary: 'Stream the transitions of a checkout as Server-Sent Events',
      description:
        'Send `Last-Event-ID` to resume after that event. The server checks the credentials every 15 seconds and ends the stream when they are revoked or expired. The number of open streams is limited per checkout, and per account or network of guests; an API key is limited per checkout only.',
      tag: 'Checkout',
      params: z.object({ id: z.uuid() }),
      answers: {
        200: { description: 'A stream of `transition` events', schema: z.string(), contentType: 'text/event-stream' },
        204: { description: 'The checkout has ended and the client has every event: do not reconnect' },
      },
      errors: ['CHECKOUT_NOT_FOUND', 'EVENT_STREAM_LIMIT_REACHED'],
      async handle(call) {
        const { params, headers, principal, raw } = call;
        const lastEventId = Number(/^\d{1,9}$/.exec(headers['last-event-id'] ?? '') ?? 0);
        const reading = await readCheckout(deps.db.query, { id: params.id, customerId: customerIdOf(call) });
        requireOwnCheckout(deps, call, ownerFieldsOf(reading));
        if (!reading || (isOver(reading.view) && reading.view.history.length <= lastEventId)) return { status: 204 };
        // Node.js sends no body for HEAD: a stream would never end, and would count as open.
        if (raw.request.method === 'HEAD') return { status: 200, headers: STREAM_HEADERS };
        const isKey = principal.kind === 'key';
        const caller = isKey ? null : callerKey(principal, networkOf(raw.request.ip ?? 'unknown'));
        const releaseStream = countStream({ caller, checkoutId: params.id });
        try {
          raw.response.writeHead(200, STREAM_HEADERS).write('retry: 2000\n\n');
          const key = { id: params.id, customerId: reading.customerId };
          const closed = AbortSignal.any([call.signal, deps.stopping]);
          await sendTransitions(follow, { key, lastEventId, call, closed });
          raw.response.end();
        } finally {
          releaseStream();
        }
        return 'handled';
      },
    }),
  ];
}

interface EventStream {
  key: CheckoutKey;
  /** The number of transitions that the client has received. */
  lastEventId: number;
  call: Pick<RawCall, 'raw' | 'reauthorise'>;
  /** Aborts when the client disconnects or the server stops. */
  closed: AbortSignal;
}

/** Sends each transition once, until the checkout ends, the credentials become invalid or the connection closes. */
function sendTransitions(follow: Follow, { key, lastEventId, call, closed }: EventStream): Promise<void> {
  const { response } = call.raw;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let sent = lastEventId;
  const unfollow = follow(key, {
    onReading(reading) {
      for (const step of reading?.view.history.slice(sent) ?? []) {
        sent += 1;
        response.write(`id: ${sent}\nevent: transition\ndata: ${JSON.stringify(step)}\n\n`);
      }
      if (!reading || isOver(reading.view)) resolve();
    },
    onHeartbeat() {
      response.write(':\n\n');
      call.reauthorise().catch((error) => isServerFailure(error) || resolve());
    },
    onError(error) {
      if (isServerFailure(error)) observeSparingly('checkout_stream.read_failed', errorFields(error));
      else reject(error);
    },
  });
  closed.addEventListener('abort', () => resolve(), { once: true });
  if (closed.aborted) resolve();
  return promise.finally(unfollow);
}

/** After a server failure, e.g. an unreachable database, the stream stays open and the next heartbeat retries. */
const isServerFailure = (error: unknown): boolean => ERRORS[failureOf(error).code].status >= 500;

const isOver = ({ state }: CheckoutView): boolean => state === 'COMPLETED' || CHECKOUT_TERMINAL_STATES.includes(state);
