/** The result of `withTimeout` when the work is not done in time. */
export const TIMED_OUT = 'timed out';

/** Resolves to the result of `work`, or to TIMED_OUT after `timeoutMs` milliseconds; the work itself continues. */
export async function withTimeout<T>(work: Promise<T>, timeoutMs: number): Promise<T | typeof TIMED_OUT> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<typeof TIMED_OUT>((resolve) => {
    // `setImmediate` runs after pending I/O: a blocked process first reads the answers that have arrived.
    timer = setTimeout(() => setImmediate(resolve, TIMED_OUT), timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
