import winston from 'winston';
import { currentTrace } from './trace.ts';

const stamp = winston.format((info) => Object.assign(info, currentTrace()));

export const logger = winston.createLogger({
  level: 'info',
  format: winston.format.combine(stamp(), winston.format.timestamp(), winston.format.json()),
  transports: [new winston.transports.Console()],
});

/** Facts that only matter when one looks for them; everything else is logged at `info`. */
const QUIET = /^(http\.request|job\.done|job\.noop|outbox\.relayed|work_group\.begun)$/;
const LOUD = /\.(failed|forced|stuck|error)$/;

/** Hears of every fact, also of those that are not logged. */
export type FactListener = (name: string, fields: object) => void;
const listeners: FactListener[] = [];
export const listenToFacts = (listener: FactListener): unknown => listeners.push(listener);

/**
 * The one door for facts: code says what happened, here it becomes a log line, and a number where metrics are served.
 * Request id and trace are added from the current context; callers pass ids and numbers, never personal data.
 */
export function observe(name: string, fields: object = {}): void {
  for (const listener of listeners) listener(name, fields);
  const level = LOUD.test(name) ? 'error' : QUIET.test(name) ? 'debug' : 'info';
  if (logger.isLevelEnabled(level)) logger.log(level, name, fields);
}

const SPARING_MS = 10_000;
const lastTold = new Map<string, number>();

/** Like `observe`, at most once in ten seconds: for facts that repeat for as long as something is away. */
export function observeSparingly(name: string, fields: object = {}): void {
  const now = Date.now();
  if (now - (lastTold.get(name) ?? 0) < SPARING_MS) return;
  lastTold.set(name, now);
  observe(name, fields);
}

/** The part of an unknown error that may be logged: its name, code and message. */
export function errorFields(error: unknown): { error: string; code?: string } {
  if (!(error instanceof Error)) return { error: String(error) };
  const code = (error as { code?: unknown }).code;
  return { error: `${error.name}: ${error.message}`, ...(typeof code === 'string' && { code }) };
}
