import type { Config } from '../config.ts';
import { TIMED_OUT, withTimeout } from '../with-timeout.ts';
import { errorFields, observe, observeSparingly } from './log.ts';
import { recordSpansWith, type StartSpan } from './span.ts';
import { parseTraceparent } from './trace.ts';

type TracingConfig = Pick<
  Config<'worker'>,
  | 'OTEL_EXPORTER_OTLP_ENDPOINT'
  | 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'
  | 'OTEL_SDK_DISABLED'
  | 'OTEL_TRACES_EXPORTER'
  | 'OTEL_SERVICE_NAME'
>;

/** The longest time to send the last spans at the end of the process, in milliseconds. */
const FLUSH_MS = 2_000;
const MAX_REASON = 300;

/**
 * Starts tracing if an OTLP endpoint is set; otherwise it loads nothing. The SDK reads the other OTEL_ variables itself.
 * Call it before the process accepts work.
 * @param process the role of this process, a part of the service name
 * @returns a function that sends the last spans and stops
 */
export async function startTracing(process: string, config: TracingConfig): Promise<() => Promise<void>> {
  const endpoint = config.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? config.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (config.OTEL_SDK_DISABLED || config.OTEL_TRACES_EXPORTER === 'none' || endpoint === undefined)
    return async () => undefined;
  const [{ NodeSDK }, api] = await Promise.all([import('@opentelemetry/sdk-node'), import('@opentelemetry/api')]);
  const serviceName = config.OTEL_SERVICE_NAME ?? `vcecom-${process}`;
  const sdk = new NodeSDK({ serviceName, instrumentations: [], metricReaders: [], logRecordProcessors: [] });
  // The SDK sets a logger of its own when it is made.
  reportProblems(api);
  sdk.start();
  recordSpansWith(spanStarter(api));
  observe('tracing.started', { serviceName });
  return async () => {
    recordSpansWith(undefined);
    const ended = await withTimeout(sdk.shutdown(), FLUSH_MS).catch(errorFields);
    if (ended !== undefined) observe('tracing.flush.failed', ended === TIMED_OUT ? { ms: FLUSH_MS } : ended);
  };
}

type Api = typeof import('@opentelemetry/api');

/** Spans that cannot be sent are lost; the process goes on. */
function reportProblems({ diag, DiagLogLevel }: Api): void {
  const report = (text: string) => observeSparingly('tracing.export.failed', { reason: text.slice(0, MAX_REASON) });
  const ignore = () => undefined;
  diag.setLogger(
    { error: report, warn: report, info: ignore, debug: ignore, verbose: ignore },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
}

function spanStarter({ trace, SpanKind, ROOT_CONTEXT }: Api): StartSpan {
  const tracer = trace.getTracer('vcecom');
  const kinds = {
    internal: SpanKind.INTERNAL,
    server: SpanKind.SERVER,
    client: SpanKind.CLIENT,
    consumer: SpanKind.CONSUMER,
  };
  return (name, { kind, attributes = {} }, traceparent) => {
    const parent = parseTraceparent(traceparent);
    const context = parent ? trace.setSpanContext(ROOT_CONTEXT, { ...parent, isRemote: true }) : ROOT_CONTEXT;
    return tracer.startSpan(name, { kind: kinds[kind], attributes }, context);
  };
}
