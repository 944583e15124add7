import type { ApiDeps } from '../deps.ts';
import { type CheckoutKey, type CheckoutReading, readCheckout } from '../store/checkout/checkout-view.ts';
import type { Call } from './route.ts';

const LONGEST_WAIT_SECONDS = 30;

/** Seconds the client is ready to wait (RFC 7240, `Prefer: wait=N`), at most 30; 0 when it did not say. */
export function preferredWait(headers: Call<never, never, never>['headers']): number {
  const [, seconds = '0'] = /(?:^|[,;\s])wait\s*=\s*"?(\d{1,6})"?/i.exec(headers.prefer ?? '') ?? [];
  return Math.min(Number(seconds), LONGEST_WAIT_SECONDS);
}

/**
 * Listens for the moment a checkout, or another thing that is worked on, stops being busy. Made before the command is committed, it cannot miss that moment;
 * `until` then waits at most `seconds` without asking the database.
 */
export function watch(
  { notifications, stopping }: ApiDeps,
  id: string,
): { until(seconds: number, gone: AbortSignal): Promise<void>; stop(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = notifications.listen(id, ({ busy }) => {
    if (!busy) resolve();
  });
  return {
    stop,
    async until(seconds, gone) {
      const timer = setTimeout(resolve, seconds * 1_000);
      const end = AbortSignal.any([gone, stopping]);
      end.addEventListener('abort', () => resolve(), { once: true });
      if (end.aborted) resolve();
      await promise;
      clearTimeout(timer);
      stop();
    },
  };
}

/**
 * Reads a checkout, after waiting for it to leave its busy states when the client asked for that.
 * @throws what `admit` throws, before any waiting.
 */
export async function readWhenReady(
  deps: ApiDeps,
  key: CheckoutKey,
  call: Pick<Call<never, never, never>, 'headers' | 'signal'> & { admit(reading: CheckoutReading | undefined): void },
): Promise<CheckoutReading | undefined> {
  const seconds = preferredWait(call.headers);
  const watched = seconds > 0 ? watch(deps, key.id) : undefined;
  try {
    const reading = await readCheckout(deps.db.query, key);
    call.admit(reading);
    if (!watched || !reading?.busy) return reading;
    await watched.until(seconds, call.signal);
    return await readCheckout(deps.db.query, key);
  } finally {
    watched?.stop();
  }
}
