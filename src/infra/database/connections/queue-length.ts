import type pg from 'pg';

/** Connections that become free are counted over this time, in milliseconds. */
const WINDOW_MS = 5_000;
const LONGEST_SECONDS = 30;

/**
 * Returns a function that estimates in how many seconds the work that waits for a connection will have one: by the rate
 * at which the connections of the pool became free lately. From 1 to 30; `others` is work that waits outside the pool.
 */
export function estimateWait(pool: pg.Pool): (others: number) => number {
  let now = { since: performance.now(), freed: 0 };
  let before = { ms: 0, freed: 0 };
  const rotate = (): void => {
    const ms = performance.now() - now.since;
    if (ms < WINDOW_MS) return;
    // A long window was quiet: nothing was asked of the connections, so its rate says nothing of them.
    before = ms < 2 * WINDOW_MS ? { ms, freed: now.freed } : { ms: 0, freed: 0 };
    now = { since: performance.now(), freed: 0 };
  };
  pool.on('release', () => {
    rotate();
    now.freed += 1;
  });
  return (others) => {
    rotate();
    const ms = Math.max(1_000, before.ms + performance.now() - now.since);
    const perSecond = (1_000 * (before.freed + now.freed)) / ms;
    const seconds = Math.ceil((pool.waitingCount + others) / perSecond);
    return Math.min(Math.max(seconds || 1, 1), LONGEST_SECONDS);
  };
}
