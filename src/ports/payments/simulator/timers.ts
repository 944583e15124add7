/** A group of timers. `close` cancels all of them and prevents new ones. */
export interface Timers {
  later(ms: number, work: () => void): void;
  close(): void;
}

export function openTimers(): Timers {
  const waiting = new Set<NodeJS.Timeout>();
  let closed = false;
  return {
    later(ms, work) {
      if (closed) return;
      const timer = setTimeout(() => {
        waiting.delete(timer);
        work();
      }, ms);
      waiting.add(timer);
    },
    close() {
      closed = true;
      for (const timer of waiting) clearTimeout(timer);
    },
  };
}
