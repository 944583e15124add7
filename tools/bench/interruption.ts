const asked = new AbortController();

/** Aborts on an interruption by the user: waits end at once, and started processes are stopped in order. */
export const interruption: AbortSignal = asked.signal;

/** Turns Ctrl-C and SIGTERM into an interruption; an immediate exit would leave servers running. */
export function heedSignals(): void {
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => asked.abort());
}
