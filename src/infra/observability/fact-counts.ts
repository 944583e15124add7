import { Counter, Histogram } from 'prom-client';
import type { FactListener } from './log.ts';

/** Turns facts into numbers: how often each happened, how long requests took, and how large groups were. */
export function countFacts(prefix: string): FactListener {
  const facts = new Counter({
    name: `${prefix}facts_total`,
    help: 'What happened, by the name it has in the log',
    labelNames: ['fact', 'queue', 'job', 'kind'],
  });
  const requests = new Histogram({
    name: `${prefix}http_request_seconds`,
    help: 'How long requests took, by route',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30],
  });
  const groups = new Histogram({
    name: `${prefix}work_group_members`,
    help: 'How many units of work shared a transaction, by what they did',
    labelNames: ['name'],
    buckets: [1, 2, 4, 8, 16],
  });
  return (fact, fields) => {
    const { name, members } = fields as { name?: string; members?: number };
    if (fact === 'work_group.begun') return groups.observe(said({ name }), members ?? 1);
    const { ms, method, route, status, queue, job, kind } = fields as Record<string, string | number | undefined>;
    if (fact === 'http.request') return requests.observe(said({ method, route, status }), Number(ms) / 1_000);
    facts.inc(said({ fact, queue, job, kind }));
  };
}

/** The labels that have a value. */
function said(labels: Record<string, string | number | undefined>): Record<string, string> {
  const all: Record<string, string> = {};
  for (const name in labels) if (labels[name] !== undefined) all[name] = String(labels[name]);
  return all;
}
