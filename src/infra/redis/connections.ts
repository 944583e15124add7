import type { Redis } from 'ioredis';
import type { GaugeSet } from '../observability/metrics.ts';

/** The open connections of this process, by role. */
const connections = new Map<Redis, string>();

/** Counts a connection in the gauges until it is closed for good. */
export function trackConnection(redis: Redis, role: string): void {
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
