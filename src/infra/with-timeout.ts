/** What `withTimeout` answers when the work is not done in time. */
export const TIMED_OUT = 'timed out';

/** What `work` comes to, or TIMED_OUT after `patienceMs` milliseconds; the work itself goes on. */
export async function withTimeout<T>(work: Promise<T>, patienceMs: number): Promise<T | typeof TIMED_OUT> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<typeof TIMED_OUT>((resolve) => {
    // A process that was busy itself reads the answers that lie ready before it gets to `setImmediate`.
    timer = setTimeout(() => setImmediate(resolve, TIMED_OUT), patienceMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
