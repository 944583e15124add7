import type { LaneResult } from './specs.ts';

/** The shortest duration to print, in milliseconds. */
const WORTH_A_LINE_MS = 100;

/**
 * Returns the slowest lanes, test files and hooks. The time of a file includes its hooks; lanes run in parallel.
 */
export function slowestOf(results: readonly LaneResult[], most: number): string[] {
  const timings = results.flatMap((result) => result.timings).filter(({ ms }) => ms >= WORTH_A_LINE_MS);
  const sorted = timings.sort((a, b) => b.ms - a.ms).slice(0, most);
  return sorted.map(({ what, ms }) => `${(ms / 1_000).toFixed(1).padStart(8)} s  ${what}`);
}
