import type { Attributes, Span } from '@opentelemetry/api';
import { UnrecoverableError } from 'bullmq';
import { failpoint } from '../failpoint.ts';
import { uuidv7Time } from '../ids.ts';
import { errorFields, observe } from '../observability/log.ts';
import { inSpan } from '../observability/span.ts';
import { runWithTrace, type Trace } from '../observability/trace.ts';
import { type Handler, type JobContext, type JobOutcome, snooze } from './handler.ts';

/** One start of a job. */
export interface JobStart extends JobContext {
  name: string;
  payload: object;
  trace: Trace;
  /** How long it waited for this start, in milliseconds; undefined when that is not known. */
  waitedMs: number | undefined;
}

export interface JobResult {
  outcome: JobOutcome;
  /** False when the handler was interrupted by an outage: it may have done a part of its work. */
  isRegularEnd: boolean;
}

export interface Executor {
  hasHandler(name: string): boolean;
  /**
   * A job without a handler is snoozed for ten minutes. @throws the handler's error, unless a dependency is unavailable:
   * then the job is snoozed.
   */
  execute(start: JobStart): Promise<JobResult>;
}

/** Returns the delay in milliseconds after an outage of a dependency; null for any other error. */
export type WhenUnavailable = (error: unknown) => number | null;

/** Runs jobs in the same way, whether a queue delivers them or they follow right after their commit. */
export function openExecutor(handlers: readonly Handler[], whenUnavailable: WhenUnavailable): Executor {
  const byName = new Map(handlers.map((entry) => [entry.name, entry]));
  return {
    hasHandler: (name) => byName.has(name),
    async execute({ name, payload, trace, waitedMs, ...context }) {
      const entry = byName.get(name);
      if (!entry) return leaveToNewer(name, context);
      const result = await runWithTrace(trace, () =>
        inSpan(`process ${name}`, { kind: 'consumer' }, (span) => {
          span?.setAttributes(attributesOf(entry, context));
          return run(entry, { payload, context, waitedMs, whenUnavailable, span });
        }),
      );
      failpoint(`${name}.before-ack`);
      return result;
    },
  };
}

/** The pause before a job without a handler starts again, in milliseconds, and the most of its starts: ten minutes. */
const UNKNOWN = { pauseMs: 2_000, mostStarts: 300 };

/** During an upgrade, workers of the earlier release get jobs that only newer workers know. @throws after ten minutes */
function leaveToNewer(name: string, { commandId, starts, isTakeover }: JobContext): JobResult {
  if (starts > UNKNOWN.mostStarts) throw new UnrecoverableError(`no handler for ${name}`);
  observe('job.unknown', { job: name, jobId: commandId, starts });
  // A worker that had the job before may still be running it: the next start must learn that as well.
  return { outcome: snooze(UNKNOWN.pauseMs), isRegularEnd: !isTakeover };
}

const UUIDV7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7/;

/** The id of a command is a UUIDv7, which tells when it was created; the id of a scheduled job is not. */
function attributesOf({ name, queue }: Handler, { commandId, starts, isTakeover }: JobContext): Attributes {
  const waitMs = UUIDV7.test(commandId) ? Date.now() - uuidv7Time(commandId).getTime() : undefined;
  return {
    'messaging.system': 'bullmq',
    'messaging.destination.name': queue,
    'messaging.message.id': commandId,
    'job.name': name,
    'job.starts': starts,
    'job.takeover': isTakeover,
    'job.wait_ms': waitMs,
  };
}

interface Run {
  payload: object;
  context: JobContext;
  waitedMs: number | undefined;
  whenUnavailable: WhenUnavailable;
  span: Span | undefined;
}

async function run(
  { queue, name, run: handle }: Handler,
  { payload, context, waitedMs, whenUnavailable, span }: Run,
): Promise<JobResult> {
  const startedAt = performance.now();
  const end = () => ({ queue, job: name, jobId: context.commandId, tookMs: millisecondsSince(startedAt), waitedMs });
  try {
    const outcome = await handle(payload, context);
    span?.setAttribute('job.outcome', outcome.kind);
    observe(`job.${outcome.kind}`, { ...end(), ...outcome });
    return { outcome, isRegularEnd: true };
  } catch (error) {
    const ms = whenUnavailable(error);
    if (ms === null) throw error;
    span?.setAttribute('job.outcome', 'unavailable');
    observe('job.unavailable', { ...end(), ms, ...errorFields(error) });
    return { outcome: snooze(ms), isRegularEnd: false };
  }
}

/** Since `startedAt` of the monotonic clock, to a tenth. */
const millisecondsSince = (startedAt: number): number => Math.round((performance.now() - startedAt) * 10) / 10;
