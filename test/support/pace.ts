/** How many times longer than on a quiet machine things take, as `bin/test` has measured it once at its start. */
const PACE = Number(process.env.TEST_PACE || 1);

/** A deadline that was set for a quiet machine, in milliseconds, as it is on this one. */
export const scaled = (ms: number): number => Math.round(ms * PACE);
