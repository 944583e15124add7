import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { register } from 'prom-client';
import { errorFields, observe } from './log.ts';
import { type MetricSources, openMetrics } from './metrics.ts';

export interface MetricsServerOptions extends MetricSources {
  /** `host:port`. It must not be public. */
  address: string;
  /** The checks of `/readyz`, for a process without another port. */
  readiness?: () => Promise<Readonly<Record<string, boolean>>>;
}

/**
 * Serves `GET /metrics` for Prometheus; with `readiness` also `/healthz` and `/readyz`.
 * @returns a function that stops the server. @throws Error when the address is in use.
 */
export async function serveMetrics({
  address,
  readiness,
  ...sources
}: MetricsServerOptions): Promise<() => Promise<void>> {
  const scrape = openMetrics(sources);
  const answers: Record<string, (response: ServerResponse) => Promise<unknown>> = {
    '/metrics': async (response) => {
      const text = await scrape();
      response.writeHead(200, { 'Content-Type': register.contentType }).end(text);
    },
    ...(readiness && {
      '/healthz': async (response: ServerResponse) => sendHealth(response, {}),
      '/readyz': async (response: ServerResponse) => sendHealth(response, await readiness()),
    }),
  };
  const server = createServer(({ method, url = '' }: IncomingMessage, response) => {
    const answer = method === 'GET' ? answers[url] : undefined;
    if (!answer) return void response.writeHead(404).end();
    answer(response).catch((error) => response.writeHead(500).end(errorFields(error).error));
  });
  const [, host = '', port = ''] = /^\[?(.+?)\]?:(\d+)$/.exec(address) ?? [];
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(Number(port), host, resolve));
  observe('metrics.ready', { address: server.address() });
  return async () => {
    server.close();
    server.closeAllConnections();
  };
}

/** The body has the same form as that of the API. */
function sendHealth(response: ServerResponse, checks: Readonly<Record<string, boolean>>): void {
  const isOk = Object.values(checks).every(Boolean);
  response.writeHead(isOk ? 200 : 503, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify({ status: isOk ? 'ok' : 'unavailable', checks }));
}
