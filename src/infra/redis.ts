import { Redis } from 'ioredis';
import { errorFields, observe } from './log.ts';

/**
 * `produce`: fails fast, the caller has another way (the relay). `consume`: waits for Redis for ever, as BullMQ's
 * workers and subscribers must.
 */
export type RedisRole = 'produce' | 'consume';

/** Opens a connection that reconnects by itself, at most 500 ms apart, and never takes the process down. */
export function openRedis(url: string, role: RedisRole): Redis {
  const redis = new Redis(url, {
    maxRetriesPerRequest: role === 'consume' ? null : 1,
    enableOfflineQueue: role === 'consume',
    retryStrategy: (attempt) => Math.min(50 * attempt, 500),
    connectTimeout: 2_000,
  });
  let down = false;
  redis.on('error', (error) => {
    if (!down) observe('redis.down', { role, ...errorFields(error) });
    down = true;
  });
  redis.on('ready', () => {
    if (down) observe('redis.up', { role });
    down = false;
  });
  return redis;
}
