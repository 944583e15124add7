const asked = new AbortController();

/** Aborts when the person has had enough: whatever waits ends at once, and what was started is stopped in order. */
export const interruption: AbortSignal = asked.signal;

/** Makes Ctrl-C and SIGTERM an interruption instead of an end on the spot, which would leave servers behind. */
export function heedSignals(): void {
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => asked.abort());
}
