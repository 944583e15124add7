import type { ApiDeps } from '../deps.ts';
import { type CheckoutKey, type CheckoutReading, readCheckout } from '../store/checkout/checkout-view.ts';
import type { Call } from './route.ts';

const MAX_WAIT_SECONDS = 30;

/** Seconds that the client wants to wait (RFC 7240, `Prefer: wait=N`), at most 30; default 0. */
export function preferredWait(headers: Call<never, never, never>['headers']): number {
  const [, seconds = '0'] = /(?:^|[,;\s])wait\s*=\s*"?(\d{1,6})"?/i.exec(headers.prefer ?? '') ?? [];
  return Math.min(Number(seconds), MAX_WAIT_SECONDS);
}

/**
 * Listens for the notification that a resource is no longer busy. Call it before the command commits: then it cannot
 * miss the notification. `wait` resolves after at most `seconds`, without a query.
 */
export function watchForReady(
  { notifications, stopping }: ApiDeps,
  id: string,
): { id: string; wait(seconds: number, disconnected: AbortSignal): Promise<void>; stop(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = notifications.listen(id, ({ busy }) => {
    if (!busy) resolve();
  });
  return {
    id,
    stop,
    async wait(seconds, disconnected) {
      const timer = setTimeout(resolve, seconds * 1_000);
      const end = AbortSignal.any([disconnected, stopping]);
      end.addEventListener('abort', () => resolve(), { once: true });
      if (end.aborted) resolve();
      await promise;
      clearTimeout(timer);
      stop();
    },
  };
}

/**
 * Reads a checkout; with `Prefer: wait`, first waits until it is no longer busy.
 * @throws the errors of `authorise`, before any waiting.
 */
export async function readWhenReady(
  deps: ApiDeps,
  key: CheckoutKey,
  call: Pick<Call<never, never, never>, 'headers' | 'signal'> & {
    authorise(reading: CheckoutReading | undefined): void;
  },
): Promise<CheckoutReading | undefined> {
  const seconds = preferredWait(call.headers);
  const watcher = seconds > 0 ? watchForReady(deps, key.id) : undefined;
  try {
    const reading = await readCheckout(deps.db.query, key);
    call.authorise(reading);
    if (!watcher || !reading?.busy) return reading;
    await watcher.wait(seconds, call.signal);
    return await readCheckout(deps.db.query, key);
  } finally {
    watcher?.stop();
  }
}
