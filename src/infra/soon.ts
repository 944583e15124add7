/** What `soon` answers when the work is not done in time. */
export const LATE = 'late';

/** What `work` comes to, or LATE after `patienceMs` milliseconds; the work itself goes on. */
export async function soon<T>(work: Promise<T>, patienceMs: number): Promise<T | typeof LATE> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<typeof LATE>((resolve) => {
    // A process that was busy itself reads the answers that lie ready before it gets to `setImmediate`.
    timer = setTimeout(() => setImmediate(resolve, LATE), patienceMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
