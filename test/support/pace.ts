/** How many times longer than on a quiet machine things take, as `bin/test` has measured it once at its start. */
const PACE = Number(process.env.TEST_PACE || 1);

/** More a timer does not take. */
const LONGEST_MS = 2 ** 31 - 1;

/** A deadline that was set for a quiet machine, in milliseconds, as it is on this one. */
export const scaled = (ms: number): number => Math.min(LONGEST_MS, Math.round(ms * PACE));

/** Stands on the event loop for so long, in milliseconds. */
export function blockFor(ms: number): void {
  for (const end = Date.now() + ms; Date.now() < end; );
}
