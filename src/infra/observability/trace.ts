import { AsyncLocalStorage } from 'node:async_hooks';
import { randomFillSync } from 'node:crypto';

/** Connects log lines, outbox rows, jobs and history rows with the request that caused them. */
export interface Trace {
  requestId: string;
  /** W3C Trace Context, version 00. */
  traceparent: string;
}

const traces = new AsyncLocalStorage<Trace>();

/** The trace of the current request or job; undefined outside of both. */
export const currentTrace = (): Trace | undefined => traces.getStore();

/** Runs `work`, and everything it awaits or schedules, under `trace`. */
export const runWithTrace = <T>(trace: Trace, work: () => T): T => traces.run(trace, work);

/** Returns the traceparent of a new trace, marked as sampled. */
export const newTraceparent = (): string => `00-${randomHex(16)}-${randomHex(8)}-01`;

const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})(?=$|-)/;

/** Returns the next span of the caller's trace. A missing or malformed `parent` starts a new trace, as W3C requires. */
export function childOf(parent: string | undefined): string {
  const match = parent === undefined ? null : TRACEPARENT.exec(parent);
  if (!match) return newTraceparent();
  // Only the flag `sampled` is passed on; a later version may give the others a meaning.
  const sampled = Number.parseInt(match[2] ?? '0', 16) & 1;
  return `00-${match[1]}-${randomHex(8)}-0${sampled}`;
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
