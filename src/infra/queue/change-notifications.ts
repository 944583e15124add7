import type { Redis } from 'ioredis';
import type { RedisClient } from '../redis/connections.ts';

const CHANNEL = 'vcecom:hints';

/** A row changed; `busy`: work on it continues. A notification may be lost; its receiver reads the row. */
export interface ChangeNotification {
  id: string;
  busy: boolean;
}

/** Notifies every process that a row changed. */
export function notifyOfChange(redis: RedisClient, { id, busy }: ChangeNotification): void {
  if (redis.status === 'ready') redis.publish(CHANNEL, `${busy ? '+' : '-'}${id}`).catch(() => undefined);
}

export interface ChangeNotifications {
  /** Calls `wake` at each notification about `id` until the returned function is called. */
  listen(id: string, wake: (notification: ChangeNotification) => void): () => void;
}

/** Opens one subscription for the whole process, however many clients wait. */
export function subscribeToChanges(redis: Redis): ChangeNotifications {
  const listeners = new Map<string, Set<(notification: ChangeNotification) => void>>();
  redis.on('message', (_channel, message: string) => {
    const notification = { id: message.slice(1), busy: message.startsWith('+') };
    for (const wake of listeners.get(notification.id) ?? []) wake(notification);
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
