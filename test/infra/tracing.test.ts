import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Span } from '@opentelemetry/api';
import { expect } from 'chai';
import {
  inSpan,
  recordedTraceId,
  recordSpansWith,
  startRequestSpan,
  traceColumns,
  traceHeader,
} from '../../src/infra/observability/span.ts';
import { currentTrace, runWithTrace, traceFields } from '../../src/infra/observability/trace.ts';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const traceOf = (flag: 0 | 1) => ({ requestId: 'r1', traceparent: `00-${TRACE_ID}-00f067aa0ba902b7-0${flag}` });
const INTERNAL = { kind: 'internal' } as const;

interface Started {
  name: string;
  parent: string | undefined;
  attributes: Record<string, unknown>;
  status?: object;
  isEnded: boolean;
}

/** Spans that are only written down. */
function noteSpans(traceFlags = 1): Started[] {
  const started: Started[] = [];
  recordSpansWith((name, { attributes }, parent) => {
    const noted: Started = { name, parent, attributes: { ...attributes }, isEnded: false };
    const spanId = String(started.push(noted)).padStart(16, '0');
    const span: Span = {
      spanContext: () => ({ traceId: TRACE_ID, spanId, traceFlags }),
      setAttribute: (key, value) => span.setAttributes({ [key]: value }),
      setAttributes(more) {
        Object.assign(noted.attributes, more);
        return span;
      },
      setStatus(status) {
        noted.status = status;
        return span;
      },
      updateName(next) {
        noted.name = next;
        return span;
      },
      end() {
        noted.isEnded = true;
      },
      addEvent: () => span,
      addLink: () => span,
      addLinks: () => span,
      isRecording: () => true,
      recordException: () => expect.fail('the message of an error may hold personal data'),
    };
    return span;
  });
  return started;
}

describe('a span', () => {
  afterEach(() => recordSpansWith(undefined));

  it('is the current one for the work in it, below the one around it', async () => {
    const started = noteSpans();
    const fields = await runWithTrace(traceOf(1), () =>
      inSpan('outer', INTERNAL, () => inSpan('inner', INTERNAL, async () => traceFields())),
    );
    expect(fields).to.deep.equal({ requestId: 'r1', traceId: TRACE_ID, spanId: '0000000000000002' });
    expect(started.map(({ name, parent, isEnded }) => [name, parent, isEnded])).to.deep.equal([
      ['outer', traceOf(1).traceparent, true],
      ['inner', `00-${TRACE_ID}-0000000000000001-01`, true],
    ]);
  });

  it('does not exist in a trace that is not recorded, outside of requests and jobs, and while tracing is off', async () => {
    const started = noteSpans();
    const work = async (span?: Span) => span;
    expect(await runWithTrace(traceOf(0), () => inSpan('a', INTERNAL, work))).to.equal(undefined);
    expect(await inSpan('b', INTERNAL, work)).to.equal(undefined);
    recordSpansWith(undefined);
    expect(await runWithTrace(traceOf(1), () => inSpan('c', INTERNAL, work))).to.equal(undefined);
    expect(runWithTrace(traceOf(1), traceHeader)).to.deep.equal({});
    expect(started).to.deep.equal([]);
  });

  it('tells the code or the class of an error, never its message; a refused unit of work is no failure', async () => {
    const started = noteSpans();
    const fail = (kind: 'internal' | 'client', error: Error) =>
      runWithTrace(traceOf(1), () => inSpan('failing', { kind }, () => Promise.reject(error))).catch(() => undefined);
    await fail('client', Object.assign(new Error('jane@example.com'), { code: 'ECONNREFUSED' }));
    await fail('client', new TypeError('jane@example.com'));
    await fail('internal', Object.assign(new Error('jane@example.com'), { code: 'no code <jane@example.com>' }));
    expect(started.map(({ attributes, status }) => [attributes, status])).to.deep.equal([
      [{ 'error.type': 'ECONNREFUSED' }, { code: 2 }],
      [{ 'error.type': 'TypeError' }, { code: 2 }],
      [{ 'error.type': 'Error' }, undefined],
    ]);
  });

  it('gives new rows the id of its trace, if the trace is recorded', () => {
    noteSpans();
    const columns = { request_id: 'r1', trace_id: TRACE_ID };
    expect(runWithTrace(traceOf(1), traceColumns)).to.deep.equal(columns);
    expect(runWithTrace(traceOf(0), traceColumns)).to.deep.equal({ ...columns, trace_id: null });
    expect(runWithTrace({ requestId: 'r1', traceparent: '' }, recordedTraceId)).to.equal(null);
    expect(traceColumns()).to.deep.equal({ request_id: null, trace_id: null });
    recordSpansWith(undefined);
    expect(runWithTrace(traceOf(1), traceColumns)).to.deep.equal({ ...columns, trace_id: null });
  });

  it('of a request is named by its route, and failed from status 500', () => {
    const started = noteSpans(0);
    for (const status of [404, 503]) {
      const span = startRequestSpan(traceOf(1).traceparent, { 'request.id': 'r1' });
      expect(span.traceparent).to.match(new RegExp(`^00-${TRACE_ID}-[0-9]{16}-00$`));
      span.end({ method: 'GET', route: '/things/{id}', status });
    }
    expect(started.map(({ name, status }) => [name, status])).to.deep.equal([
      ['GET /things/{id}', undefined],
      ['GET /things/{id}', { code: 2 }],
    ]);
  });

  it('passes its trace on in a header', async () => {
    noteSpans();
    const header = await runWithTrace(traceOf(1), () => inSpan('a', INTERNAL, async () => traceHeader()));
    expect(header).to.deep.equal({ traceparent: `00-${TRACE_ID}-0000000000000001-01` });
    expect(currentTrace()).to.equal(undefined);
  });
});

describe('tracing', function () {
  this.timeout(30_000);
  const modules = resolve(import.meta.dirname, '../../src/infra/observability');

  /** The OpenTelemetry packages that a process loads with these settings. */
  async function loadedWith(settings: object): Promise<string[]> {
    const script = `
      import { registerHooks } from 'node:module';
      const loaded = [];
      registerHooks({
        resolve(specifier, context, next) {
          if (specifier.startsWith('@opentelemetry/')) loaded.push(specifier);
          return next(specifier, context);
        },
      });
      const { startTracing } = await import(${JSON.stringify(join(modules, 'tracing.ts'))});
      const stop = await startTracing('test', ${JSON.stringify(settings)});
      console.error(JSON.stringify(loaded));
      await stop();`;
    const { stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
    return JSON.parse(stderr.trim().split('\n').at(-1) ?? '');
  }

  it('loads nothing without an endpoint, or when it is disabled', async () => {
    expect(await loadedWith({ OTEL_SDK_DISABLED: false })).to.deep.equal([]);
    const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' };
    expect(await loadedWith({ ...endpoint, OTEL_SDK_DISABLED: true })).to.deep.equal([]);
    expect(await loadedWith({ ...endpoint, OTEL_SDK_DISABLED: false })).to.include('@opentelemetry/sdk-node');
  });
});
