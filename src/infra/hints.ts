import type { Redis } from 'ioredis';

const CHANNEL = 'vcecom:hints';

/** That a row changed, and whether its work goes on. A hint may be lost; whoever gets one reads the row. */
export interface Hint {
  id: string;
  busy: boolean;
}

/** Tells every process that a row changed. */
export function publishHint(redis: Redis, { id, busy }: Hint): void {
  if (redis.status === 'ready') redis.publish(CHANNEL, `${busy ? '+' : '-'}${id}`).catch(() => undefined);
}

export interface Hints {
  /** Calls `wake` at each hint about `id` until the returned function is called. */
  listen(id: string, wake: (hint: Hint) => void): () => void;
}

/** One subscription for the whole process, however many clients wait. */
export function subscribeHints(redis: Redis): Hints {
  const listeners = new Map<string, Set<(hint: Hint) => void>>();
  redis.on('message', (_channel, message: string) => {
    const hint = { id: message.slice(1), busy: message.startsWith('+') };
    for (const wake of listeners.get(hint.id) ?? []) wake(hint);
  });
  redis.subscribe(CHANNEL).catch(() => undefined);
  return {
    listen(id, wake) {
      const wakers = listeners.get(id) ?? new Set();
      listeners.set(id, wakers.add(wake));
      return () => {
        wakers.delete(wake);
        if (wakers.size === 0) listeners.delete(id);
      };
    },
  };
}
