import winston from 'winston';
import { traceFields } from './trace.ts';

const stamp = winston.format((info) => Object.assign(info, traceFields()));

export const logger = winston.createLogger({
  level: 'info',
  format: winston.format.combine(stamp(), winston.format.timestamp(), winston.format.json()),
  transports: [new winston.transports.Console()],
});

/** Events that are logged at `debug`; other events are logged at `info`, failures at `error`. */
const DEBUG_EVENTS = /^(http\.request|job\.done|job\.noop|outbox\.relayed|work_group\.begun)$/;
const ERROR_EVENTS = /\.(failed|forced|stuck|error)$/;

/** Receives every event, including those that are not logged. */
export type FactListener = (name: string, fields: object) => void;
const listeners: FactListener[] = [];
export const listenToFacts = (listener: FactListener): unknown => listeners.push(listener);

/**
 * Records an event: writes a log line and informs the listeners, such as the metrics.
 * Adds request id and trace of the current context. Callers pass ids and numbers, never personal data.
 */
export function observe(name: string, fields: object = {}): void {
  for (const listener of listeners) listener(name, fields);
  const level = ERROR_EVENTS.test(name) ? 'error' : DEBUG_EVENTS.test(name) ? 'debug' : 'info';
  if (logger.isLevelEnabled(level)) logger.log(level, name, fields);
}

const SPARING_INTERVAL_MS = 10_000;
const lastObserved = new Map<string, number>();

/** Like `observe`, but at most once in ten seconds per name: for events that repeat during an outage. */
export function observeSparingly(name: string, fields: object = {}): void {
  const now = Date.now();
  if (now - (lastObserved.get(name) ?? 0) < SPARING_INTERVAL_MS) return;
  lastObserved.set(name, now);
  observe(name, fields);
}

/** Returns the part of an unknown error that may be logged: its name, code and message. */
export function errorFields(error: unknown): { error: string; code?: string } {
  if (!(error instanceof Error)) return { error: String(error) };
  const code = (error as { code?: unknown }).code;
  return { error: `${error.name}: ${error.message}`, ...(typeof code === 'string' && { code }) };
}
