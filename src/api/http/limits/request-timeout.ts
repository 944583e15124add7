import { TIMED_OUT, withTimeout } from '../../../infra/with-timeout.ts';
import { RequestFault } from '../errors/failure.ts';
import type { Outcome, Raw } from '../route.ts';
import { preferredWait } from '../wait.ts';
import type { RouteWatch } from './stuck-routes.ts';

/** How long a request may take, its body included, besides what the client asked to wait for; in milliseconds. */
const LIMIT_MS = 60_000;

export interface RequestLimit {
  ms?: number;
  watch?: RouteWatch;
}

/**
 * The outcome of a request, unless it takes longer than a minute. What has begun to be sent, as a stream of events, may take its time.
 * @throws RequestFault REQUEST_TIMED_OUT: what was asked for may still be done.
 */
export async function withinLimit(
  { ms = LIMIT_MS, watch }: RequestLimit,
  { request, response, path }: Raw & { path: string },
  work: Promise<Outcome>,
): Promise<Outcome> {
  const waitMs = preferredWait({ prefer: request.get('prefer') }) * 1_000;
  const isLate = (await withTimeout(ended(work), ms + waitMs)) === TIMED_OUT;
  if (isLate && !response.headersSent) {
    watch?.timedOut(path);
    throw new RequestFault('REQUEST_TIMED_OUT');
  }
  watch?.ended(path);
  return work;
}

const ended = (work: Promise<Outcome>): Promise<void> =>
  work.then(
    () => undefined,
    () => undefined,
  );
