import { RequestFault } from '../../http/errors/failure.ts';

/** Streams that may be open in one process: of a caller, of a checkout, and of all together. */
export type StreamLimits = Readonly<Record<'caller' | 'checkout' | 'process', number>>;

/** Many guests may share the address of a mobile network; a stream holds some tens of kilobytes. */
const LIMITS: StreamLimits = { caller: 100, checkout: 10, process: 5_000 };

/** Seconds after which a client may try again. */
const RETRY_AFTER = '10';

/**
 * Counts a stream that is opened. `caller` is null for an external service, which buys for many.
 * @returns what to call when it has ended
 * @throws RequestFault EVENT_STREAM_LIMIT_REACHED naming the limit.
 */
export type EnterStream = (stream: { caller: string | null; checkoutId: string }) => () => void;

export function openStreamLimits(limits: StreamLimits = LIMITS): EnterStream {
  const open = new Map<string, number>();
  return ({ caller, checkoutId }) => {
    const counted = [
      ...(caller === null ? [] : [{ of: 'caller', key: caller } as const]),
      { of: 'checkout', key: `checkout ${checkoutId}` },
      { of: 'process', key: 'process' },
    ] as const;
    const over = counted.find(({ of, key }) => (open.get(key) ?? 0) >= limits[of]);
    if (over) {
      throw new RequestFault('EVENT_STREAM_LIMIT_REACHED', {
        details: { of: over.of, limit: limits[over.of] },
        headers: { 'Retry-After': RETRY_AFTER },
      });
    }
    for (const { key } of counted) open.set(key, (open.get(key) ?? 0) + 1);
    return () => {
      for (const { key } of counted) {
        const left = (open.get(key) ?? 0) - 1;
        if (left > 0) open.set(key, left);
        else open.delete(key);
      }
    };
  };
}
