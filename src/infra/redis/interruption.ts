import { Cluster, type Redis } from 'ioredis';
import type { RedisClient } from './connections.ts';

/**
 * Calls `listener` when a connection is lost, and when another node of a cluster became a master: then messages may have
 * been missed, and acknowledged writes may be lost.
 */
export function onInterruption(redis: RedisClient, listener: () => void): void {
  redis.on('close', listener);
  if (!(redis instanceof Cluster)) return;
  // Before it is ready, it drops the nodes of the URL that serve no data.
  if (redis.status === 'ready') watchNodes(redis, listener);
  else redis.once('ready', () => watchNodes(redis, listener));
}

function watchNodes(redis: Cluster, listener: () => void): void {
  let masters = mastersOf(redis);
  redis.on('-node', listener);
  redis.on('refresh', () => {
    const before = masters;
    masters = mastersOf(redis);
    if (masters !== before) listener();
  });
}

const mastersOf = (redis: Cluster): string => redis.nodes('master').map(addressOf).sort().join();

const addressOf = ({ options: { host, port } }: Redis): string => `${host}:${port}`;
