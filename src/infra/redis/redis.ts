import { Redis, type RedisOptions } from 'ioredis';
import { endWhenSilent, type Silence } from '../network/silent-server.ts';
import { errorFields, observe } from '../observability/log.ts';
import { trackConnection } from './connections.ts';

/**
 * `produce`: fails fast, because the caller has a fallback (the relay). `read`: the same without a second attempt,
 * because the value is available elsewhere. `consume` and `subscribe`: wait for Redis without limit, as BullMQ's
 * workers must.
 */
export type RedisRole = 'produce' | 'read' | 'consume' | 'subscribe';

/**
 * A server that owes an answer and sends nothing for `silenceMs` milliseconds counts as gone, even if its connections
 * stay open. BullMQ's workers use blocking commands of up to ten seconds and copy only `options` to their own
 * connections: there ioredis watches with `socketTimeout`.
 */
const ROLES: Record<RedisRole, { options: RedisOptions; silenceMs?: number }> = {
  produce: { options: { enableOfflineQueue: false, maxRetriesPerRequest: 1 }, silenceMs: 1_000 },
  read: { options: { enableOfflineQueue: false, maxRetriesPerRequest: 0 }, silenceMs: 400 },
  consume: { options: { maxRetriesPerRequest: null, socketTimeout: 15_000 } },
  subscribe: { options: { maxRetriesPerRequest: null }, silenceMs: 2_000 },
};

/** The interval, in milliseconds, at which a subscriber pings the server: it sends no other commands. */
const PING_EVERY_MS = 5_000;

/** Opens a connection that reconnects at least every 500 ms and never crashes the process. */
export function openRedis(url: string, role: RedisRole): Redis {
  const { options, silenceMs: ms } = ROLES[role];
  const redis = new Redis(url, {
    ...options,
    retryStrategy: (attempt) => Math.min(50 * attempt, 500),
    connectTimeout: 2_000,
    // After a failover this server is a replica, and the address leads to another one. 2: reconnect and resend the
    // command.
    reconnectOnError: ({ message }) => (message.includes('READONLY') ? 2 : false),
  });
  trackConnection(redis, role);
  let isDown = false;
  redis.on('error', (error) => {
    if (!isDown) observe('redis.down', { role, ...errorFields(error) });
    isDown = true;
  });
  redis.on('ready', () => {
    if (isDown) observe('redis.up', { role });
    isDown = false;
  });
  if (ms !== undefined) redis.on('connect', () => endWhenSilent(redis.stream, dropInvalidationTriggers(redis, ms)));
  if (role === 'subscribe') setInterval(() => redis.ping().catch(() => undefined), PING_EVERY_MS).unref();
  return redis;
}

const dropInvalidationTriggers = (redis: Redis, ms: number): Silence => ({
  ms,
  isOwed: () => redis.commandQueue.length > 0,
  error: () => Object.assign(new Error(`Redis did not answer for ${ms} ms.`), { code: 'ETIMEDOUT' }),
});
