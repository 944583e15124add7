import { observe } from '../../../infra/observability/log.ts';

/** A route is stuck when so many requests in a row, over so long in milliseconds, came to no end. */
const STUCK = { requests: 3, afterMs: 30_000 };
/** So long, in milliseconds, a load balancer gets to see that the process is not ready. */
const UNREADY_MS = 10_000;

/** What came of the requests of each route, for a process that has to notice that it hangs. */
export interface RouteWatch {
  /** A request of the route came to an end, whatever it was. */
  ended(route: string): void;
  /** A request of the route came to no end in time. */
  timedOut(route: string): void;
  isStuck(): boolean;
}

/** @param giveUp ends the process, which its process manager starts again; called once. */
export function watchRoutes(giveUp: (reason: string) => void, now: () => number = Date.now): RouteWatch {
  const hanging = new Map<string, { since: number; requests: number }>();
  let stuck: string | undefined;
  return {
    ended: (route) => void hanging.delete(route),
    timedOut(route) {
      const { since, requests } = hanging.get(route) ?? { since: now(), requests: 0 };
      hanging.set(route, { since, requests: requests + 1 });
      if (stuck || requests + 1 < STUCK.requests || now() - since < STUCK.afterMs) return;
      stuck = route;
      observe('web.stuck', { route, requests: requests + 1 });
      setTimeout(() => giveUp(`requests of ${route} come to no end`), UNREADY_MS).unref();
    },
    isStuck: () => stuck !== undefined,
  };
}
