import { Counter, collectDefaultMetrics, Gauge, register } from 'prom-client';
import { type FactMetrics, openFactMetrics } from './fact-metrics.ts';
import { identity } from './identity.ts';
import { errorFields, listenToFacts, observeSparingly } from './log.ts';
import { PROCESS_METRICS } from './process-metrics.ts';

/** The current value of a gauge, or the total of a counter. */
export interface Reading {
  gauge: string;
  labels: Record<string, string>;
  value: number;
}

export interface GaugeSet {
  /** The help text and labels of each gauge, by name. `isCounter`: the value only grows while the process runs. */
  gauges: Record<string, { help: string; labels: readonly string[]; isCounter?: boolean }>;
  read(): Promise<readonly Reading[]>;
}

export interface MetricSources {
  /** Read at each scrape. */
  gaugeSets: readonly GaugeSet[];
  /** Changed by log events. */
  factMetrics: FactMetrics;
  /** The events of failures, which are 0 before the first one. */
  failures: readonly string[];
}

const PREFIX = 'vcecom_';
/** The interval of the timers whose delay is the lag of the event loop, in milliseconds. At 10 they cost 8 CPU-ms/s. */
const LAG_INTERVAL_MS = 100;

/**
 * Registers the metrics of this process: process metrics, build, events and `gaugeSets`. A gauge set that cannot be read
 * is left out.
 * @returns a function that reads them in Prometheus's text format; calls run one after the other
 */
export function openMetrics({ gaugeSets, factMetrics, failures }: MetricSources): () => Promise<string> {
  collectDefaultMetrics({ prefix: PREFIX, eventLoopMonitoringPrecision: LAG_INTERVAL_MS });
  registerBuild();
  listenToFacts(openFactMetrics(PREFIX, { metrics: { ...PROCESS_METRICS, ...factMetrics }, failures }));
  const all = gaugeSets.flatMap(({ gauges }) => Object.entries(gauges));
  const gauges = new Map(all.map(([name, facts]) => [name, gaugeOf(name, facts)]));
  const scrape = async (): Promise<string> => {
    for (const gauge of gauges.values()) forget(gauge);
    const read = await Promise.all(gaugeSets.map(readings));
    // After reset, inc sets the value of a counter, which has no set.
    for (const { gauge, labels, value } of read.flat()) gauges.get(gauge)?.inc(labels, value);
    return register.metrics();
  };
  let last: Promise<string> = Promise.resolve('');
  return () => {
    last = last.then(scrape, scrape);
    return last;
  };
}

/** Removes the values of the last scrape: a gauge that cannot be read must be absent, and not be 0. */
function forget(gauge: Gauge | Counter): void {
  gauge.reset();
  // reset gives a metric without labels the value 0.
  gauge.remove({});
}

function registerBuild(): void {
  const { process: name, version } = identity;
  const labelNames = ['process', 'version', 'node'];
  const build = new Gauge({ name: `${PREFIX}build_info`, help: 'Version of the running code; always 1', labelNames });
  build.set({ process: name, version, node: process.version }, 1);
}

function gaugeOf(name: string, { help, labels, isCounter }: GaugeSet['gauges'][string]): Gauge | Counter {
  const options = { name: PREFIX + name, help, labelNames: [...labels] };
  return isCounter ? new Counter(options) : new Gauge(options);
}

const readings = ({ read }: GaugeSet): Promise<readonly Reading[]> =>
  read().catch((error) => {
    observeSparingly('metrics.read_failed', errorFields(error));
    return [];
  });

/** The same gauges, read at most once in `ms` milliseconds, whatever the number of scrapers. */
export function cachedGauges({ gauges, read }: GaugeSet, ms: number): GaugeSet {
  let last: { at: number; readings: Promise<readonly Reading[]> } | undefined;
  const readAgain = () => {
    const readings = read();
    last = { at: Date.now(), readings };
    // A failure is not kept.
    readings.catch(() => {
      last = undefined;
    });
    return readings;
  };
  return { gauges, read: () => (last && Date.now() - last.at < ms ? last.readings : readAgain()) };
}
