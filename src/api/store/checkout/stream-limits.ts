import { RequestFault } from '../../http/errors/failure.ts';

/** The maximum number of open streams in one process: per caller, per checkout, and in total. */
export type StreamLimits = Readonly<Record<'caller' | 'checkout' | 'process', number>>;

/** Many guests may share the IP address of a mobile network; a stream takes some tens of kilobytes of memory. */
const LIMITS: StreamLimits = { caller: 100, checkout: 10, process: 5_000 };

/** Seconds. */
const RETRY_AFTER_SECONDS = '10';

/**
 * Counts a new stream. `caller` is null for an external service, which buys for many customers.
 * @returns a function that releases the stream when it ends
 * @throws RequestFault EVENT_STREAM_LIMIT_REACHED with the limit in the details
 */
export type CountStream = (stream: { caller: string | null; checkoutId: string }) => () => void;

export function openStreamLimits(limits: StreamLimits = LIMITS): CountStream {
  const open = new Map<string, number>();
  return ({ caller, checkoutId }) => {
    const counters = [
      ...(caller === null ? [] : [{ of: 'caller', key: caller } as const]),
      { of: 'checkout', key: `checkout ${checkoutId}` },
      { of: 'process', key: 'process' },
    ] as const;
    const exceeded = counters.find(({ of, key }) => (open.get(key) ?? 0) >= limits[of]);
    if (exceeded) {
      throw new RequestFault('EVENT_STREAM_LIMIT_REACHED', {
        details: { of: exceeded.of, limit: limits[exceeded.of] },
        headers: { 'Retry-After': RETRY_AFTER_SECONDS },
      });
    }
    for (const { key } of counters) open.set(key, (open.get(key) ?? 0) + 1);
    return () => {
      for (const { key } of counters) {
        const remaining = (open.get(key) ?? 0) - 1;
        if (remaining > 0) open.set(key, remaining);
        else open.delete(key);
      }
    };
  };
}
