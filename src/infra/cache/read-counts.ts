import type { GaugeSet } from '../observability/metrics.ts';

/** What answered a read of a cached value: the memory of this process, Redis, or nothing, so that it had to be made. */
type CacheLayer = 'memory' | 'redis' | 'none';

/** Plain numbers: reads from memory are too frequent for labelled counters. */
const counts = { memory: new Map<string, number>(), redis: new Map<string, number>(), none: new Map<string, number>() };

/** Counts one read of a key `type:identifier`. */
export function countRead(layer: CacheLayer, key: string): void {
  const kind = key.slice(0, key.indexOf(':'));
  counts[layer].set(kind, (counts[layer].get(kind) ?? 0) + 1);
}

/** The reads of cached values of this process, for `openMetrics`. */
export const cacheGauges: GaugeSet = {
  gauges: {
    cache_reads_total: {
      help: 'Reads of cached values by kind and by the layer that had them; none: the value was computed or read elsewhere',
      labels: ['kind', 'layer'],
      isCounter: true,
    },
  },
  read: async () =>
    Object.entries(counts).flatMap(([layer, kinds]) =>
      [...kinds].map(([kind, value]) => ({ gauge: 'cache_reads_total', labels: { kind, layer }, value })),
    ),
};
