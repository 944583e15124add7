import type { ApiDeps } from '../deps.ts';
import type { Call } from './route.ts';

const MAX_WAIT_SECONDS = 30;

/** Seconds that the client wants to wait (RFC 7240, `Prefer: wait=N`), at most 30; default 0. */
export function preferredWait(headers: Call<never, never, never>['headers']): number {
  const [, seconds = '0'] = /(?:^|[,;\s])wait\s*=\s*"?(\d{1,6})"?/i.exec(headers.prefer ?? '') ?? [];
  return Math.min(Number(seconds), MAX_WAIT_SECONDS);
}

/** The header that tells the client the longest wait of the request, in seconds (RFC 7240); none without a wait. */
export const preferenceApplied = (seconds: number): Record<string, string> =>
  seconds > 0 ? { 'Preference-Applied': `wait=${seconds}` } : {};

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
 * Reads a resource. While it is busy, waits at most `seconds` and reads it again. It listens before the first read, so that
 * it misses no notification. @throws the errors of `read`
 */
export async function readAfterWait<T extends { busy: boolean }>(
  deps: ApiDeps,
  { id, seconds, signal }: { id: string; seconds: number; signal: AbortSignal },
  read: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const watcher = watchForReady(deps, id);
  try {
    const reading = await read();
    if (!reading?.busy) return reading;
    await watcher.wait(seconds, signal);
    return await read();
  } finally {
    watcher.stop();
  }
}
