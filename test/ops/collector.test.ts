import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';

const ROOT = resolve(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

type Components = Record<string, Record<string, unknown> | null>;

interface Policy {
  name: string;
  type: string;
}

interface Collector {
  receivers: { otlp: { protocols: Record<string, { endpoint: string }> } };
  processors: Components & { tail_sampling: { policies: Policy[] } };
  exporters: Components & { otlphttp: { endpoint: string } };
  service: { pipelines: Record<string, { receivers: string[]; processors: string[]; exporters: string[] }> };
}

interface Service {
  image: string;
  command: string[];
  environment: Record<string, string>;
  volumes: string[];
}

const COLLECTOR: Collector = parse(read('ops/otel/collector.yaml'));
const { services }: { services: Record<string, Service> } = parse(read('ops/compose.yaml'), { merge: true });
const serviceOf = (name: string): Service => services[name] ?? expect.fail(`ops/compose.yaml has no service ${name}`);

/** Where the collector listens for `http` or `grpc`. */
const portOf = (protocol: string): number =>
  Number(COLLECTOR.receivers.otlp.protocols[protocol]?.endpoint.split(':').at(-1));

describe('ops/otel/collector.yaml', () => {
  it('has one pipeline, whose components are all there are, with the sampler before the batches', () => {
    const { pipelines } = COLLECTOR.service;
    expect(Object.keys(pipelines)).to.deep.equal(['traces']);
    for (const kind of ['receivers', 'processors', 'exporters'] as const)
      expect(pipelines.traces?.[kind], kind).to.have.members(Object.keys(COLLECTOR[kind]));
    expect(pipelines.traces?.processors).to.deep.equal(['memory_limiter', 'filter/health', 'tail_sampling', 'batch']);
  });

  it('keeps what docs/tracing.md says: every error, every slow trace, and a part of the rest', () => {
    const { policies } = COLLECTOR.processors.tail_sampling;
    expect(policies).to.deep.equal([
      { name: 'errors', type: 'status_code', status_code: { status_codes: ['ERROR'] } },
      { name: 'slow', type: 'latency', latency: { threshold_ms: 2_000 } },
      { name: 'rest', type: 'probabilistic', probabilistic: { sampling_percentage: 5 } },
    ]);
    expect(read('docs/tracing.md')).to.include(
      '`tail_sampling` in `ops/otel/collector.yaml` keeps errors, traces over two seconds, and 5 % of the rest',
    );
  });

  it('leaves out the health checks by the routes that the spans name', () => {
    const { traces } = COLLECTOR.processors['filter/health'] as { traces: { span: string[] } };
    const routes = traces.span.flatMap((condition) =>
      [...condition.matchAll(/attributes\["http\.route"\] == "([^"]+)"/g)].map(([, route]) => route),
    );
    expect(routes).to.deep.equal(['/healthz', '/readyz']);
    for (const route of routes) expect(read('src/api/health.ts')).to.include(`'${route}'`);
  });

  it('receives what web and worker send in ops/compose.yaml, where it runs with this file', () => {
    const { command, volumes, environment } = serviceOf('otel-collector');
    expect(command).to.deep.equal(['--config=/etc/otelcol/collector.yaml']);
    expect(volumes).to.deep.equal(['./otel/collector.yaml:/etc/otelcol/collector.yaml:ro']);
    for (const name of ['web', 'worker']) {
      const sender = serviceOf(name).environment;
      const endpoint = new URL(sender.OTEL_EXPORTER_OTLP_ENDPOINT ?? '');
      // HTTP with protobuf is the default of OpenTelemetry's SDK.
      const protocol = (sender.OTEL_EXPORTER_OTLP_PROTOCOL ?? 'http/protobuf').split('/')[0] ?? '';
      expect([endpoint.hostname, Number(endpoint.port)], name).to.deep.equal(['otel-collector', portOf(protocol)]);
      // The collector can only choose among what the processes record.
      expect(sender.OTEL_TRACES_SAMPLER, name).to.equal('parentbased_always_on');
    }
    const [, variable = '', fallback = ''] =
      /^\$\{env:(\w+):-(.+)\}$/.exec(COLLECTOR.exporters.otlphttp.endpoint) ?? [];
    const backend = new URL(environment[variable] ?? '');
    expect(services, 'the backend').to.include.keys(backend.hostname);
    // On one machine, the default must not be the collector itself.
    expect([portOf('http'), portOf('grpc')]).not.to.include(Number(new URL(fallback).port));
  });

  it('listens on the port that the documents name', () => {
    const text = ['docs/tracing.md', '.env.example', 'ops/otel/collector.yaml'].map(read).join('\n');
    const named = [...text.matchAll(/OTEL_EXPORTER_OTLP_(?:TRACES_)?ENDPOINT=http:\/\/(?:<[^>]+>|[^:]+):(\d+)/g)];
    expect(named.map(([, port]) => Number(port))).to.deep.equal([4318, 4318, 4318, 4318]);
    expect(portOf('http')).to.equal(4318);
  });
});
