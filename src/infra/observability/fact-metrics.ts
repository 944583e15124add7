import { Counter, Gauge, Histogram } from 'prom-client';
import { type FactListener, isFailure } from './log.ts';

export type Labels = Readonly<Record<string, string>>;
/** The fields of an event. */
export type EventFields = Readonly<Record<string, unknown>>;

/** What one event adds to a counter, sets in a gauge or puts into a histogram; 1 by default. */
export interface Sample {
  labels?: Readonly<Record<string, unknown>>;
  value?: number;
}

/** A metric that log events change. */
export interface FactMetric {
  kind: 'counter' | 'gauge' | 'histogram';
  help: string;
  labels: readonly string[];
  /** Upper limits of a histogram. */
  buckets?: number[];
  /** Series that are 0 before their first event: `increase()` misses the first event of a series that begins with it. */
  zeroes?: readonly Labels[];
  /** The sample of each event; undefined: it has none. */
  on: Readonly<Record<string, (fields: EventFields) => Sample | undefined>>;
}

export type FactMetrics = Readonly<Record<string, FactMetric>>;

/**
 * Registers the metrics, a counter of all events (`facts_total`) and a counter of failures that begins with 0 for each
 * of `failures` (`failures_total`).
 * @returns the listener that feeds them
 */
export function openFactMetrics(
  prefix: string,
  { metrics, failures }: { metrics: FactMetrics; failures: readonly string[] },
): FactListener {
  const labelNames = ['fact', 'queue', 'job', 'kind'];
  const facts = new Counter({ name: `${prefix}facts_total`, help: 'Log events, by name', labelNames });
  const failed = new Counter({ name: `${prefix}failures_total`, help: 'Failures, by event', labelNames: ['fact'] });
  for (const fact of failures) failed.inc({ fact }, 0);
  const recorders = recordersOf(prefix, metrics);
  return (fact, fields) => {
    for (const record of recorders.get(fact) ?? []) record(fields as EventFields);
    if (isFailure(fact)) failed.inc({ fact });
    if (MEASURED.has(fact)) return;
    const { queue, job, kind } = fields as EventFields;
    facts.inc(definedLabels({ fact, queue, job, kind }));
  };
}

/** The most frequent events, which only the count of their histogram counts. */
const MEASURED = new Set(['http.request', 'work_group.begun']);

type Recorder = (fields: EventFields) => void;

function recordersOf(prefix: string, metrics: FactMetrics): Map<string, Recorder[]> {
  const recorders = new Map<string, Recorder[]>();
  for (const [name, metric] of Object.entries(metrics)) {
    const put = register(prefix + name, metric);
    for (const [fact, sampleOf] of Object.entries(metric.on)) {
      const record = (fields: EventFields) => {
        const sample = sampleOf(fields);
        if (sample) put(definedLabels(sample.labels ?? {}), sample.value ?? 1);
      };
      recorders.set(fact, [...(recorders.get(fact) ?? []), record]);
    }
  }
  return recorders;
}

function register(name: string, { kind, help, labels, buckets, zeroes = [] }: FactMetric) {
  const options = { name, help, labelNames: [...labels] };
  if (kind === 'histogram') {
    const histogram = new Histogram({ ...options, ...(buckets && { buckets }) });
    for (const each of zeroes) histogram.zero(each);
    return (each: Labels, value: number) => histogram.observe(each, value);
  }
  if (kind === 'gauge') {
    const gauge = new Gauge(options);
    for (const each of zeroes) gauge.set(each, 0);
    return (each: Labels, value: number) => gauge.set(each, value);
  }
  const counter = new Counter(options);
  for (const each of zeroes) counter.inc(each, 0);
  return (each: Labels, value: number) => counter.inc(each, value);
}

/** Returns the labels that have a value. */
function definedLabels(labels: Readonly<Record<string, unknown>>): Record<string, string> {
  const all: Record<string, string> = {};
  for (const name in labels) if (labels[name] != null) all[name] = String(labels[name]);
  return all;
}
