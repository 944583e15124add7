import { Redis, type RedisOptions } from 'ioredis';
import { endWhenSilent, type Silence } from '../network/silence.ts';
import { errorFields, observe } from '../observability/log.ts';

/**
 * `produce`: fails fast, the caller has another way (the relay). `read`: the same without a second attempt, since what is
 * kept there can be had elsewhere. `consume`: waits for Redis for ever, as BullMQ's workers must. `subscribe`: likewise.
 */
export type RedisRole = 'produce' | 'read' | 'consume' | 'subscribe';

/**
 * A server that owes an answer and sends nothing for `silenceMs` milliseconds counts as gone, also when its connections stay
 * open. BullMQ's workers ask it to hold its answer back for up to ten seconds, and copy only `options` to connections of
 * their own: there ioredis itself watches.
 */
const ROLES: Record<RedisRole, { options: RedisOptions; silenceMs?: number }> = {
  produce: { options: { enableOfflineQueue: false, maxRetriesPerRequest: 1 }, silenceMs: 1_000 },
  read: { options: { enableOfflineQueue: false, maxRetriesPerRequest: 0 }, silenceMs: 400 },
  consume: { options: { maxRetriesPerRequest: null, socketTimeout: 15_000 } },
  subscribe: { options: { maxRetriesPerRequest: null }, silenceMs: 2_000 },
};

/** A subscriber only listens: so often, in milliseconds, it asks whether somebody still speaks. */
const PING_EVERY_MS = 5_000;

/** Opens a connection that reconnects by itself, at most 500 ms apart, and never takes the process down. */
export function openRedis(url: string, role: RedisRole): Redis {
  const { options, silenceMs: ms } = ROLES[role];
  const redis = new Redis(url, {
    ...options,
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
  if (ms !== undefined) redis.on('connect', () => endWhenSilent(redis.stream, silenceOf(redis, ms)));
  if (role === 'subscribe') setInterval(() => redis.ping().catch(() => undefined), PING_EVERY_MS).unref();
  return redis;
}

const silenceOf = (redis: Redis, ms: number): Silence => ({
  ms,
  isOwed: () => redis.commandQueue.length > 0,
  error: () => Object.assign(new Error(`Redis did not answer for ${ms} ms.`), { code: 'ETIMEDOUT' }),
});
