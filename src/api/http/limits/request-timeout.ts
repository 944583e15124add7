import { TIMED_OUT, withTimeout } from '../../../infra/with-timeout.ts';
import { RequestFault } from '../errors/failure.ts';
import type { Outcome, Raw } from '../route.ts';
import { preferredWait } from '../wait.ts';
import type { RouteWatch } from './stuck-routes.ts';

/** The longest time for a request and its body, in milliseconds, on top of the client's `Prefer: wait`. */
const TIMEOUT_MS = 60_000;

export interface ResponseTimeout {
  ms?: number;
  watch?: RouteWatch;
}

/**
 * Waits for the outcome of a request, at most a minute. An answer that has begun (event stream) has no limit.
 * @throws RequestFault REQUEST_TIMED_OUT: the work continues, and may still take effect.
 */
export async function withResponseTimeout(
  { ms = TIMEOUT_MS, watch }: ResponseTimeout,
  { request, response, path }: Raw & { path: string },
  work: Promise<Outcome>,
): Promise<Outcome> {
  const waitMs = preferredWait({ prefer: request.get('prefer') }) * 1_000;
  const isLate = (await withTimeout(settled(work), ms + waitMs)) === TIMED_OUT;
  if (isLate && !response.headersSent) {
    watch?.timedOut(path);
    throw new RequestFault('REQUEST_TIMED_OUT');
  }
  watch?.ended(path);
  return work;
}

const settled = (work: Promise<Outcome>): Promise<void> =>
  work.then(
    () => undefined,
    () => undefined,
  );
