import { Counter, Histogram } from 'prom-client';
import type { FactListener } from './log.ts';

/** Turns log events into metrics: number of events, duration of requests, size of work groups. */
export function countFacts(prefix: string): FactListener {
  const facts = new Counter({
    name: `${prefix}facts_total`,
    help: 'Log events, by name',
    labelNames: ['fact', 'queue', 'job', 'kind'],
  });
  const requests = new Histogram({
    name: `${prefix}http_request_seconds`,
    help: 'Duration of requests in seconds, by route',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30],
  });
  const groups = new Histogram({
    name: `${prefix}work_group_members`,
    help: 'Units of work that shared a transaction, by name',
    labelNames: ['name'],
    buckets: [1, 2, 4, 8, 16],
  });
  return (fact, fields) => {
    const { name, members } = fields as { name?: string; members?: number };
    if (fact === 'work_group.begun') return groups.observe(definedLabels({ name }), members ?? 1);
    const { ms, method, route, status, queue, job, kind } = fields as Record<string, string | number | undefined>;
    if (fact === 'http.request') return requests.observe(definedLabels({ method, route, status }), Number(ms) / 1_000);
    facts.inc(definedLabels({ fact, queue, job, kind }));
  };
}

/** Returns the labels that have a value. */
function definedLabels(labels: Record<string, string | number | undefined>): Record<string, string> {
  const all: Record<string, string> = {};
  for (const name in labels) if (labels[name] !== undefined) all[name] = String(labels[name]);
  return all;
}
