import { AsyncLocalStorage } from 'node:async_hooks';
import { randomFillSync } from 'node:crypto';

/** Connects log lines, outbox rows, jobs and history rows with the request that caused them. */
export interface Trace {
  requestId: string;
  /** W3C Trace Context, version 00: the trace, the current span and whether the trace is recorded. Empty: no trace. */
  traceparent: string;
}

const traces = new AsyncLocalStorage<Trace>();

/** The trace of the current request or job; undefined outside of both. */
export const currentTrace = (): Trace | undefined => traces.getStore();

/** Runs `work`, and everything it awaits or schedules, under `trace`; under the current one if it is null. */
export const runWithTrace = <T>(trace: Trace | null, work: () => T): T => (trace ? traces.run(trace, work) : work());

/** The ids of the current request or job and its span, for log lines; undefined outside of both. */
export function traceFields(): { requestId: string; traceId?: string; spanId?: string } | undefined {
  const trace = currentTrace();
  if (!trace) return undefined;
  const { requestId, traceparent } = trace;
  return traceparent === ''
    ? { requestId }
    : { requestId, traceId: traceIdOf(traceparent), spanId: traceparent.slice(36, 52) };
}

/** The trace id in a traceparent of version 00: 32 hexadecimal digits. */
export const traceIdOf = (traceparent: string): string => traceparent.slice(3, 35);

/** Returns the traceparent of a new trace, marked as sampled. */
export const newTraceparent = (): string => `00-${randomHex(16)}-${randomHex(8)}-01`;

const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?=$|-)/;

/** The parts of a traceparent. */
export interface ParentSpan {
  traceId: string;
  spanId: string;
  /** The flag `sampled`: 1 or 0. The others are not passed on: a later version may give them a meaning. */
  traceFlags: number;
}

/** Parses a traceparent. @returns undefined if it is missing or malformed */
export function parseTraceparent(text: string | undefined): ParentSpan | undefined {
  const [, traceId = '', spanId = '', flags = ''] = (text && TRACEPARENT.exec(text)) || [];
  return traceId ? { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1 } : undefined;
}

/** Returns the next span of the caller's trace. A missing or malformed `parent` starts a new trace, as W3C requires. */
export function childOf(parent: string | undefined): string {
  const found = parseTraceparent(parent);
  return found ? `00-${found.traceId}-${randomHex(8)}-0${found.traceFlags}` : newTraceparent();
}

/** A buffer of random bytes: one system call serves hundreds of requests. */
const pool = Buffer.alloc(8192);
let used = pool.length;

function randomHex(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += bytes;
  return pool.toString('hex', used - bytes, used);
}
