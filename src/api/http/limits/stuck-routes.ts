import { observe } from '../../../infra/observability/log.ts';

/** A route is stuck when this many consecutive requests time out over at least this many milliseconds. */
const STUCK = { requests: 3, afterMs: 30_000 };
/** The time for load balancers to see that the process is not ready, in milliseconds. */
const UNREADY_MS = 10_000;

/** Tracks which routes hang, so that the process can restart. */
export interface RouteWatch {
  /** Records that a request of the route finished, with success or failure. */
  ended(route: string): void;
  /** Records that a request of the route timed out. */
  timedOut(route: string): void;
  isStuck(): boolean;
}

/** @param giveUp stops the process, and the process manager restarts it; called at most once. */
export function watchRoutes(giveUp: (reason: string) => void, now: () => number = Date.now): RouteWatch {
  const timeouts = new Map<string, { since: number; requests: number }>();
  let stuck: string | undefined;
  return {
    ended: (route) => void timeouts.delete(route),
    timedOut(route) {
      const { since, requests } = timeouts.get(route) ?? { since: now(), requests: 0 };
      timeouts.set(route, { since, requests: requests + 1 });
      if (stuck || requests + 1 < STUCK.requests || now() - since < STUCK.afterMs) return;
      stuck = route;
      observe('web.stuck', { route, requests: requests + 1 });
      setTimeout(() => giveUp(`requests of ${route} time out`), UNREADY_MS).unref();
    },
    isStuck: () => stuck !== undefined,
  };
}
