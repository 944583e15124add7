import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import autocannon from 'autocannon';
import express from 'express';
import { usageOf } from './processes.ts';
import type { Target } from './target.ts';

/** Readers at a time, and how long each kind of page is read, in seconds. */
const CONCURRENCY = 64;
const SECONDS = 5;

export interface Reads {
  /** What is read. */
  name: string;
  requestsPerSecond: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
  /** Of the web process, for one request. */
  cpuMs: number;
  /** The part of the requests for which nothing was made anew; null for those that nothing is kept of. */
  hitRate: number | null;
  errors: number;
}

/** What a shop front reads. */
export interface Readable {
  name: string;
  paths: string[];
  headers?: Record<string, string>;
  /** Forgets everything first. */
  cold?: () => Promise<unknown>;
}

/** Reads each kind of page as fast as it goes. */
export async function measureReads(target: Target, pages: readonly Readable[]): Promise<Reads[]> {
  const metricsUrl = target.metricsUrls.web ?? '';
  const measured: Reads[] = [];
  for (const page of pages) {
    await page.cold?.();
    if (!page.cold) await load(target.url, page, 1);
    const { pid } = target.run().processes.web[0] ?? { pid: 0 };
    const [cpuBefore, madeBefore] = [usageOf(pid)?.cpuMs ?? 0, await made(metricsUrl)];
    const result = await load(target.url, page, page.cold ? 1 : SECONDS);
    const requests = result.requests.total;
    const [cpu, makings] = [(usageOf(pid)?.cpuMs ?? 0) - cpuBefore, (await made(metricsUrl)) - madeBefore];
    measured.push({ ...figures(page.name, result), cpuMs: cpu / requests, hitRate: 1 - makings / requests });
  }
  return measured;
}

/** A route that does nothing but send so many bytes, in a process of its own: the most that Express can do here. */
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

/** In threads of its own: what asks must not be in the way of what answers. */
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

/** How many values the web process has made anew so far. */
async function made(metricsUrl: string): Promise<number> {
  const text = await (await fetch(metricsUrl)).text();
  const counts = [...text.matchAll(/^vcecom_facts_total\{fact="cache.made".*\} (\d+)$/gm)];
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}
