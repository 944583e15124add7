import type { Attributes, Span, SpanStatusCode } from '@opentelemetry/api';
import { childOf, currentTrace, runWithTrace, type Trace, traceIdOf } from './trace.ts';

export interface SpanOptions {
  /** `server` and `consumer`: work that another process asked for. `client`: a call to another system. */
  kind: 'internal' | 'server' | 'client' | 'consumer';
  /** Ids, names and numbers; never personal data. */
  attributes?: Attributes;
}

/** Starts a span below the span that `traceparent` names, or the first span of a new trace. */
export type StartSpan = (name: string, options: SpanOptions, traceparent: string | undefined) => Span;

/** Undefined while tracing is off: then there are no spans, and traces are only passed on. */
let start: StartSpan | undefined;

/** Turns tracing on; undefined turns it off. */
export function recordSpansWith(startSpan: StartSpan | undefined): void {
  start = startSpan;
}

/** The header that passes the current trace on to another system; none while tracing is off. */
export function traceHeader(): { traceparent?: string } {
  const trace = start && currentTrace();
  return trace?.traceparent ? { traceparent: trace.traceparent } : {};
}

/** The id of the current trace if it is recorded, as 32 hexadecimal digits; null otherwise, and while tracing is off. */
export function recordedTraceId(): string | null {
  const traceparent = start && currentTrace()?.traceparent;
  return !traceparent || traceparent.endsWith('-00') ? null : traceIdOf(traceparent);
}

/** The columns of a new row that name the request and the recorded trace in which it is written. */
export const traceColumns = (): { request_id: string | null; trace_id: string | null } => ({
  request_id: currentTrace()?.requestId ?? null,
  trace_id: recordedTraceId(),
});

/**
 * Runs `work` in a span below the current one, and ends the span with it. Without a recorded trace there is no span: the
 * first span of a trace decides for the whole trace, and `traceparent` takes the decision to other processes.
 */
export function inSpan<T>(name: string, options: SpanOptions, work: (span?: Span) => Promise<T>): Promise<T> {
  if (!start) return work();
  const trace = currentTrace();
  if (!trace || trace.traceparent.endsWith('-00')) return work();
  return record({ span: start(name, options, trace.traceparent), kind: options.kind, trace }, work);
}

async function record<T>(
  { span, kind, trace }: { span: Span; kind: SpanOptions['kind']; trace: Trace },
  work: (span?: Span) => Promise<T>,
): Promise<T> {
  try {
    return await runWithTrace({ ...trace, traceparent: traceparentOf(span) }, () => work(span));
  } catch (error) {
    // A refusal also ends a unit of work with an error. The span around it knows which error is a failure.
    if (kind === 'internal') span.setAttribute('error.type', typeOf(error));
    else markFailed(span, typeOf(error));
    throw error;
  } finally {
    span.end();
  }
}

const FAILED: { code: SpanStatusCode.ERROR } = { code: 2 };

/** Marks a span as failed. `type` is a code or the name of a class, never a message: it may hold personal data. */
export function markFailed(span: Span | undefined, type: string): void {
  span?.setAttribute('error.type', type).setStatus(FAILED);
}

const CODE = /^[\w.-]{1,64}$/;

/** The code or the class of an error. */
function typeOf(error: unknown): string {
  const code = String(Reflect.get(Object(error), 'code'));
  if (code !== 'undefined' && CODE.test(code)) return code;
  return error instanceof Error ? error.name : typeof error;
}

const traceparentOf = (span: Span): string => {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return `00-${traceId}-${spanId}-0${traceFlags & 1}`;
};

/** The span of a request; none while tracing is off. */
export interface RequestSpan {
  traceparent: string;
  end(request: { method: string; route: string; status: number }): void;
}

const FIRST_FAILURE = 500;

/** Starts the span of a request below the client's, which `parent` names. */
export function startRequestSpan(parent: string | undefined, attributes: Attributes): RequestSpan {
  const span = start?.('request', { kind: 'server', attributes }, parent);
  if (!span) return { traceparent: childOf(parent), end: () => undefined };
  return {
    traceparent: traceparentOf(span),
    end({ method, route, status }) {
      span.updateName(`${method} ${route}`);
      span.setAttributes({ 'http.request.method': method, 'http.route': route, 'http.response.status_code': status });
      if (status >= FIRST_FAILURE) markFailed(span, String(status));
      span.end();
    },
  };
}
