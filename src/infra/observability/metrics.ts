import { createServer } from 'node:http';
import { collectDefaultMetrics, Gauge, register } from 'prom-client';
import { countFacts } from './fact-counts.ts';
import { errorFields, listenToFacts, observe, observeSparingly } from './log.ts';

/** The current value of a gauge. */
export interface Reading {
  gauge: string;
  labels: Record<string, string>;
  value: number;
}

export interface GaugeSet {
  /** The help text and labels of each gauge, by name. */
  gauges: Record<string, { help: string; labels: readonly string[] }>;
  read(): Promise<readonly Reading[]>;
}

const PREFIX = 'vcecom_';

/**
 * Serves `GET /metrics` for Prometheus at `host:port`: process metrics, counted events, and the readings of
 * `gaugeSets`. The address must not be public. A gauge set that cannot be read is left out.
 * @returns a function that stops the server. @throws Error when the address is in use.
 */
export async function serveMetrics(address: string, gaugeSets: readonly GaugeSet[]): Promise<() => Promise<void>> {
  collectDefaultMetrics({ prefix: PREFIX });
  listenToFacts(countFacts(PREFIX));
  const all = gaugeSets.flatMap(({ gauges }) => Object.entries(gauges));
  const namedGauges = all.map(([name, { help, labels }]) => {
    return [name, new Gauge({ name: PREFIX + name, help, labelNames: [...labels] })] as const;
  });
  const gauges = new Map(namedGauges);
  const scrape = async (): Promise<string> => {
    for (const gauge of gauges.values()) gauge.reset();
    const read = await Promise.all(gaugeSets.map(readings));
    for (const { gauge, labels, value } of read.flat()) gauges.get(gauge)?.set(labels, value);
    return register.metrics();
  };
  // Scrapes share the gauges, so they run one after the other.
  let last: Promise<string> = Promise.resolve('');
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') return void response.writeHead(404).end();
    last = last.then(scrape, scrape);
    last.then(
      (text) => response.writeHead(200, { 'Content-Type': register.contentType }).end(text),
      (error) => response.writeHead(500).end(errorFields(error).error),
    );
  });
  const [, host = '', port = ''] = /^\[?(.+?)\]?:(\d+)$/.exec(address) ?? [];
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(Number(port), host, resolve));
  observe('metrics ready', { address: server.address() });
  return async () => {
    server.close();
    server.closeAllConnections();
  };
}

const readings = ({ read }: GaugeSet): Promise<readonly Reading[]> =>
  read().catch((error) => {
    observeSparingly('metrics.read_failed', errorFields(error));
    return [];
  });
