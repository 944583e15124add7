import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import autocannon from 'autocannon';
import express from 'express';
import { usageOf } from './processes.ts';
import type { Target } from './target.ts';

/** Concurrent readers, and the duration of each measurement in seconds. */
const CONCURRENCY = 64;
const SECONDS = 5;

export interface Reads {
  /** The kind of request. */
  name: string;
  requestsPerSecond: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
  /** CPU of the web process per request, in milliseconds. */
  cpuMs: number;
  /** Share of requests answered from the cache; null for requests that are not cached. */
  hitRate: number | null;
  errors: number;
}

/** A kind of request to measure. */
export interface Readable {
  name: string;
  paths: string[];
  headers?: Record<string, string>;
  /** Empties the caches first. */
  cold?: () => Promise<unknown>;
}

/** Measures each kind of request at full speed. */
export async function measureReads(target: Target, pages: readonly Readable[]): Promise<Reads[]> {
  const metricsUrl = target.metricsUrls.web ?? '';
  const measured: Reads[] = [];
  for (const page of pages) {
    await page.cold?.();
    if (!page.cold) await load(target.url, page, 1);
    const { pid } = target.run().processes.web[0] ?? { pid: 0 };
    const [cpuBefore, madeBefore] = [usageOf(pid)?.cpuMs ?? 0, await cacheMisses(metricsUrl)];
    const result = await load(target.url, page, page.cold ? 1 : SECONDS);
    const requests = result.requests.total;
    const [cpu, misses] = [(usageOf(pid)?.cpuMs ?? 0) - cpuBefore, (await cacheMisses(metricsUrl)) - madeBefore];
    measured.push({ ...figures(page.name, result), cpuMs: cpu / requests, hitRate: 1 - misses / requests });
  }
  return measured;
}

/** Measures a route that only sends `bytes` bytes: the most that Express can do on this machine. */
export async function measureBare(bytes: number): Promise<Reads> {
  const body = Buffer.alloc(bytes, 'x');
  const app = express().disable('x-powered-by').disable('etag');
  app.get('/bare', (_request, response) => {
    response.setHeader('Content-Type', 'application/json; charset=utf-8');
    response.end(body);
  });
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const page = { name: 'bare Express route', paths: ['/bare'] };
  await load(url, page, 1);
  const before = process.cpuUsage();
  const result = await load(url, page, SECONDS);
  const { user, system } = process.cpuUsage(before);
  server.close();
  return { ...figures(page.name, result), cpuMs: (user + system) / 1_000 / result.requests.total, hitRate: null };
}

/** Generates load in separate threads, so that it does not slow the server down. */
const load = (url: string, { paths, headers = {} }: Readable, duration: number): Promise<autocannon.Result> =>
  autocannon({
    url,
    connections: CONCURRENCY,
    duration,
    workers: 1,
    requests: paths.map((path) => ({ method: 'GET', path, headers })),
  });

function figures(name: string, result: autocannon.Result): Omit<Reads, 'cpuMs' | 'hitRate'> {
  const { requests, latency, errors, non2xx } = result;
  const requestsPerSecond = requests.total / result.duration;
  return { name, requestsPerSecond, p50: latency.p50, p99: latency.p99, errors: errors + non2xx };
}

/** Number of cache values that the web process has made so far. */
async function cacheMisses(metricsUrl: string): Promise<number> {
  const text = await (await fetch(metricsUrl)).text();
  const counts = [...text.matchAll(/^vcecom_facts_total\{fact="cache.made".*\} (\d+)$/gm)];
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}
