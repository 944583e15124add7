import winston from 'winston';
import { requestLevel } from './access-log.ts';
import { identity } from './identity.ts';
import { currentTrace, traceFields } from './trace.ts';

/** Where winston's transports look for the finished line. */
const MESSAGE = Symbol.for('message');

/**
 * Writes an event as one line of JSON: time, level, name, process, trace and fields; empty fields are left out. The
 * formats of winston sort the fields and cost several times as much.
 */
const asLine = winston.format((info) => {
  const { level, message, ...fields } = info;
  const line: Record<string, unknown> = { timestamp: new Date().toISOString(), level, message };
  Object.assign(line, identity, traceFields(), fields);
  // JSON has no undefined: this is faster than deleting the field.
  for (const name in line) if (line[name] === null || line[name] === '') line[name] = undefined;
  info[MESSAGE] = JSON.stringify(line);
  return info;
});

export const logger = winston.createLogger({
  level: 'info',
  format: asLine(),
  transports: [new winston.transports.Console()],
});

type Level = 'error' | 'info' | 'debug';

/** Events that are logged at `debug`; other events are logged at `info`, failures at `error`. */
const DEBUG_EVENTS = /^(job\.done|job\.noop|job\.parked|outbox\.relayed|work_group\.begun)$/;
const ERROR_EVENTS = /\.(failed|forced|stuck|error)$/;

/** Whether an event is a failure, by its name. */
export const isFailure = (name: string): boolean => ERROR_EVENTS.test(name);

const levels = new Map<string, Level>();

function levelOf(name: string): Level {
  const known = levels.get(name);
  if (known !== undefined) return known;
  const level = isFailure(name) ? 'error' : DEBUG_EVENTS.test(name) ? 'debug' : 'info';
  levels.set(name, level);
  return level;
}

/** Receives every event, including those that are not logged. */
export type FactListener = (name: string, fields: object) => void;
const listeners: FactListener[] = [];
export const listenToFacts = (listener: FactListener): unknown => listeners.push(listener);

/**
 * Records an event: writes a log line and informs the listeners, such as the metrics.
 * Adds request id and trace of the current context. Callers pass ids and numbers, never personal data.
 * @param level that of the name by default
 */
export function observe(name: string, fields: object = {}, level?: Level): void {
  for (const listener of listeners) listener(name, fields);
  const ofName = name === 'http.request' ? levelOfRequest(fields) : levelOf(name);
  write(name, fields, level ?? ofName);
}

const levelOfRequest = (fields: { status?: number }): Level =>
  requestLevel(currentTrace()?.requestId ?? '', fields.status);

function write(name: string, fields: object, level: Level): void {
  if (logger.isLevelEnabled(level)) logger.log(level, name, fields);
}

const SPARING_INTERVAL_MS = 10_000;
const lastWritten = new Map<string, number>();

/** Like `observe`, but logs a name at most once in ten seconds: for events that repeat during an outage. */
export function observeSparingly(name: string, fields: object = {}): void {
  const now = Date.now();
  for (const listener of listeners) listener(name, fields);
  if (now - (lastWritten.get(name) ?? 0) < SPARING_INTERVAL_MS) return;
  lastWritten.set(name, now);
  write(name, fields, levelOf(name));
}

/** Returns the part of an unknown error that may be logged: its name, code and message. */
export function errorFields(error: unknown): { error: string; code?: string } {
  if (!(error instanceof Error)) return { error: String(error) };
  const code = (error as { code?: unknown }).code;
  return { error: `${error.name}: ${error.message}`, ...(typeof code === 'string' && { code }) };
}
