import { type BackendFactory, QueueKeys, RedisConnection, RedisQueueBackend } from 'bullmq';
import type { Redis } from 'ioredis';
import { queuePrefix } from './queue.ts';

/**
 * BullMQ's Redis backend for workers on a cluster, whose blocking commands use a connection to one node. BullMQ itself
 * copies the connections to the cluster for them; after an outage longer than such a command, its worker stops fetching.
 */
export const clusterBackend =
  (openBlocking: () => Redis): BackendFactory<RedisQueueBackend> =>
  (name, opts) => {
    const queueKeys = new QueueKeys(queuePrefix(name));
    const toKey = (type: string) => queueKeys.toKey(name, type);
    const connection = new RedisConnection(opts.connection, { shared: true, blocking: false });
    const blocking = new RedisConnection(openBlocking(), { shared: false, blocking: true });
    return new RedisQueueBackend(connection, name, queueKeys.getKeys(name), toKey, opts, blocking);
  };
