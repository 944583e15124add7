import { Redis, type RedisOptions } from 'ioredis';
import { errorFields, observe } from './log.ts';

/**
 * `produce`: fails fast, the caller has another way (the relay). `read`: the same without a second attempt, since what is
 * kept there can be had elsewhere. `consume`: waits for Redis for ever, as BullMQ's workers must. `subscribe`: likewise.
 */
export type RedisRole = 'produce' | 'read' | 'consume' | 'subscribe';

const FAST: RedisOptions = { enableOfflineQueue: false };
const PATIENT: RedisOptions = { enableOfflineQueue: true, maxRetriesPerRequest: null };

/**
 * A server that answers nothing for `socketTimeout` milliseconds counts as gone, also when its connections stay open.
 * BullMQ's workers ask it to hold its answer back for up to ten seconds.
 */
const ROLES: Record<RedisRole, RedisOptions> = {
  produce: { ...FAST, maxRetriesPerRequest: 1, socketTimeout: 1_000 },
  read: { ...FAST, maxRetriesPerRequest: 0, socketTimeout: 400 },
  consume: { ...PATIENT, socketTimeout: 15_000 },
  subscribe: { ...PATIENT, socketTimeout: 2_000 },
};

/** A subscriber only listens: so often, in milliseconds, it asks whether somebody still speaks. */
const PING_EVERY_MS = 5_000;

/** Opens a connection that reconnects by itself, at most 500 ms apart, and never takes the process down. */
export function openRedis(url: string, role: RedisRole): Redis {
  const redis = new Redis(url, {
    ...ROLES[role],
    retryStrategy: (attempt) => Math.min(50 * attempt, 500),
    connectTimeout: 2_000,
    // The server became a replica: after a failover the same address leads to another one. 2: and send the command again.
    reconnectOnError: ({ message }) => (message.includes('READONLY') ? 2 : false),
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
  if (role === 'subscribe') setInterval(() => redis.ping().catch(() => undefined), PING_EVERY_MS).unref();
  return redis;
}
