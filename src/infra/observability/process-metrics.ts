import type { EventFields, FactMetrics, Sample } from './fact-metrics.ts';

const REQUEST_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30];
const JOB_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30, 120, 600];

const seconds = (ms: unknown): number => Number(ms) / 1_000;

/** Ended jobs by outcome. An event without a duration is a job that failed before it began. */
const endedJob = (outcome: string) => (fields: EventFields) =>
  fields.tookMs === undefined ? undefined : { labels: { queue: fields.queue, outcome }, value: seconds(fields.tookMs) };

/** The wait of a job's first start. */
const waitedJob = ({ queue, waitedMs }: EventFields): Sample | undefined =>
  waitedMs === undefined ? undefined : { labels: { queue }, value: seconds(waitedMs) };

const JOB_EVENTS = {
  'job.done': 'done',
  'job.noop': 'noop',
  'job.snooze': 'snoozed',
  'job.parked': 'parked',
  'job.refused': 'refused',
  'job.unavailable': 'unavailable',
  'job.retried': 'failed',
  'job.dead.failed': 'dead',
};

/** The metrics of the events that every process has: requests, jobs, shared transactions. */
export const PROCESS_METRICS: FactMetrics = {
  http_request_seconds: {
    kind: 'histogram',
    help: 'Duration of requests in seconds, by route',
    labels: ['method', 'route', 'status'],
    buckets: REQUEST_SECONDS,
    on: {
      'http.request': ({ method, route, status, ms }: EventFields) => {
        return { labels: { method, route, status }, value: seconds(ms) };
      },
    },
  },
  job_seconds: {
    kind: 'histogram',
    help: 'Duration of one run of a job in seconds, by queue and outcome',
    labels: ['queue', 'outcome'],
    buckets: JOB_SECONDS,
    on: Object.fromEntries(Object.entries(JOB_EVENTS).map(([event, outcome]) => [event, endedJob(outcome)])),
  },
  job_wait_seconds: {
    kind: 'histogram',
    help: 'Time in seconds from the moment when a job was due to its first start, by queue',
    labels: ['queue'],
    buckets: JOB_SECONDS,
    on: Object.fromEntries(Object.keys(JOB_EVENTS).map((event) => [event, waitedJob])),
  },
  work_group_members: {
    kind: 'histogram',
    help: 'Units of work that shared a transaction, by name',
    labels: ['name'],
    buckets: [1, 2, 4, 8, 16],
    on: { 'work_group.begun': ({ name, members }: EventFields) => ({ labels: { name }, value: Number(members) }) },
  },
};
