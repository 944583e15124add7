import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Receives the spans of the measured processes and discards them. */
export interface SpanSink {
  /** The settings of processes that record the share of traces and send them here. */
  env: Record<string, string>;
  close(): Promise<void>;
}

/** Starts a sink; without a `ratio` tracing is off, and there is none. */
export async function openSpanSink(ratio: number | null): Promise<SpanSink> {
  if (ratio === null) return { env: {}, close: async () => undefined };
  const server = createServer((request, response) => {
    request.resume().once('end', () => response.writeHead(200).end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: String(ratio),
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
