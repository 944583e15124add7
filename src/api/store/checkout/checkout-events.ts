import { z } from 'zod';
import { ERRORS } from '../../../domain/errors.ts';
import { CHECKOUT_WAYS_OUT } from '../../../domain/states.ts';
import { networkOf } from '../../../infra/network/network.ts';
import { errorFields, observeSparingly } from '../../../infra/observability/log.ts';
import { customerIn } from '../../auth/ownership.ts';
import { callerOf } from '../../auth/principal.ts';
import type { ApiDeps } from '../../deps.ts';
import { failureOf } from '../../http/errors/failure.ts';
import { type AnyRoute, type RawCall, route } from '../../http/route.ts';
import { refuseStranger, resourceOf } from './checkout.ts';
import { type Follow, openCheckoutFeed } from './checkout-feed.ts';
import { type CheckoutKey, type CheckoutView, readCheckout } from './checkout-view.ts';
import { openStreamLimits, type StreamLimits } from './stream-limits.ts';

/** `heartbeatMs` and `limits` differ from those of a shop in tests only. */
interface Settings {
  heartbeatMs?: number;
  limits?: StreamLimits;
}

/** The history of a checkout as it is written, one event per transition, from wherever the client stopped listening. */
export function checkoutEventRoutes(deps: ApiDeps, { heartbeatMs, limits }: Settings = {}): AnyRoute[] {
  const follow = openCheckoutFeed(deps, heartbeatMs);
  const enter = openStreamLimits(limits);
  return [
    route({
      method: 'get',
      path: '/api/v1/store/checkout/{id}/events',
      permission: 'orders:read',
      access: 'checkout',
      summary: 'Transitions as Server-Sent Events, replayable with Last-Event-ID',
      description:
        'The credentials are checked again every 15 seconds: the stream ends when they are revoked or have run out. Few streams may be open at once for a checkout, and for an account or all guests of a network. An API key, which buys for many, is bounded per checkout only.',
      tag: 'Checkout',
      params: z.object({ id: z.uuid() }),
      answers: {
        200: { description: 'A stream of `transition` events', schema: z.string(), contentType: 'text/event-stream' },
        204: { description: 'The checkout is over and everything was told: do not connect again' },
      },
      errors: ['CHECKOUT_NOT_FOUND', 'EVENT_STREAM_LIMIT_REACHED'],
      async handle(call) {
        const { params, headers, principal, raw } = call;
        const told = Number(/^\d{1,9}$/.exec(headers['last-event-id'] ?? '') ?? 0);
        const reading = await readCheckout(deps.db.query, { id: params.id, customerId: customerIn(call) });
        refuseStranger(deps, call, resourceOf(reading));
        if (!reading || (isOver(reading.view) && reading.view.history.length <= told)) return { status: 204 };
        const isKey = principal.kind === 'key';
        const caller = isKey ? null : callerOf(principal, networkOf(raw.request.ip ?? 'unknown'));
        const leave = enter({ caller, checkoutId: params.id });
        try {
          const kind = { 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' };
          raw.response.writeHead(200, kind).write('retry: 2000\n\n');
          const key = { id: params.id, customerId: reading.customerId };
          await tell(follow, { key, told, call, gone: AbortSignal.any([call.signal, deps.stopping]) });
          raw.response.end();
        } finally {
          leave();
        }
        return 'handled';
      },
    }),
  ];
}

interface Listener {
  key: CheckoutKey;
  /** How many transitions the client has heard of. */
  told: number;
  call: Pick<RawCall, 'raw' | 'admitAgain'>;
  gone: AbortSignal;
}

/** Tells each transition once, until the checkout is over, the credentials do not hold any more or nobody listens. */
function tell(follow: Follow, { key, told, call, gone }: Listener): Promise<void> {
  const { response } = call.raw;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let next = told;
  const leave = follow(key, {
    read(reading) {
      for (const step of reading?.view.history.slice(next) ?? []) {
        next += 1;
        response.write(`id: ${next}\nevent: transition\ndata: ${JSON.stringify(step)}\n\n`);
      }
      if (!reading || isOver(reading.view)) resolve();
    },
    beat() {
      response.write(':\n\n');
      call.admitAgain().catch((error) => isOurs(error) || resolve());
    },
    fail(error) {
      if (isOurs(error)) observeSparingly('checkout_stream.read_failed', errorFields(error));
      else reject(error);
    },
  });
  gone.addEventListener('abort', () => resolve(), { once: true });
  if (gone.aborted) resolve();
  return promise.finally(leave);
}

/** A failure on our side, such as a database that is away: the stream stays open, and the next heartbeat tries again. */
const isOurs = (error: unknown): boolean => ERRORS[failureOf(error).code].status >= 500;

const isOver = ({ state }: CheckoutView): boolean => state === 'COMPLETED' || CHECKOUT_WAYS_OUT.includes(state);
