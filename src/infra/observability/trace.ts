import { AsyncLocalStorage } from 'node:async_hooks';
import { randomFillSync } from 'node:crypto';

/** What ties log lines, outbox rows, jobs and history rows to the request that caused them. */
export interface Trace {
  requestId: string;
  /** W3C Trace Context, version 00. */
  traceparent: string;
}

const traces = new AsyncLocalStorage<Trace>();

/** The trace of the request or job being worked on, undefined outside of any. */
export const currentTrace = (): Trace | undefined => traces.getStore();

/** Runs `work`, and everything it awaits or schedules, under `trace`. */
export const runWithTrace = <T>(trace: Trace, work: () => T): T => traces.run(trace, work);

/** A traceparent for a trace that starts here, marked as sampled. */
export const newTraceparent = (): string => `00-${randomHex(16)}-${randomHex(8)}-01`;

const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})(?=$|-)/;

/** The next span of the caller's trace; a missing or malformed `parent` starts a new trace, as W3C asks. */
export function childOf(parent: string | undefined): string {
  const match = parent === undefined ? null : TRACEPARENT.exec(parent);
  if (!match) return newTraceparent();
  // Of the flags only `sampled` is ours to pass on; a later version may give the others a meaning we do not know.
  const sampled = Number.parseInt(match[2] ?? '0', 16) & 1;
  return `00-${match[1]}-${randomHex(8)}-0${sampled}`;
}

/** Random bytes are drawn in large pieces: one system call for hundreds of requests. */
const pool = Buffer.alloc(8192);
let drawn = pool.length;

function randomHex(bytes: number): string {
  if (drawn + bytes > pool.length) {
    randomFillSync(pool);
    drawn = 0;
  }
  drawn += bytes;
  return pool.toString('hex', drawn - bytes, drawn);
}
