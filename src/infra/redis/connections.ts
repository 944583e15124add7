import type { Cluster, Redis } from 'ioredis';
import type { GaugeSet } from '../observability/metrics.ts';

/** A connection to a server, or the connections to the nodes of a Redis Cluster. */
export type RedisClient = Redis | Cluster;

/** The open connections of this process, by role. */
const connections = new Map<RedisClient, string>();

/** Counts a connection in the gauges until it is closed for good. */
export function trackConnection(redis: RedisClient, role: string): void {
  connections.set(redis, role);
  redis.once('end', () => connections.delete(redis));
}

/** Gauges of the connections of this process to Redis. */
export const redisGauges: GaugeSet = {
  gauges: {
    redis_connections: {
      help: 'Connections of this process to Redis by role and state; those of BullMQ itself are not among them',
      labels: ['role', 'state'],
    },
  },
  read: async () =>
    [...connections].flatMap(([{ status }, role]) =>
      ['ready', 'down'].map((state) => {
        const isState = (status === 'ready') === (state === 'ready');
        return { gauge: 'redis_connections', labels: { role, state }, value: Number(isState) };
      }),
    ),
};
