import { DEVELOPMENT_PASSWORD, DEVELOPMENT_STAFF } from '../seed/people.ts';
import type { Stack } from '../stack/stack.ts';
import type { Trail } from './purchase.ts';

const startedAt = performance.now();

/** Prints a line of progress, with the seconds since the start. */
export function say(line: string): void {
  console.log(`${((performance.now() - startedAt) / 1000).toFixed(1).padStart(6)} s  ${line}`);
}

/** Prints a log line of a stack: its own progress, and warnings and errors of processes; log files contain the rest. */
export function show(line: string): void {
  const text = worthShowing(line);
  if (text) say(text);
}

function worthShowing(line: string): string | null {
  const [, name, text] = /^([\w-]+) \| (.*)$/.exec(line) ?? [];
  if (!name || text === undefined) return line;
  const facts = parse(text);
  if (!facts) return `${name}: ${text}`;
  if (name === 'seed') return seedLine(facts);
  const { level, message } = facts;
  if (level !== 'warn' && level !== 'error') return null;
  const error = facts.error ?? facts.stack ?? '';
  return `${name}: ${level}: ${String(message)} ${typeof error === 'string' ? error : JSON.stringify(error)}`.trimEnd();
}

function seedLine(facts: Record<string, unknown>): string | null {
  const counts = Object.entries(facts).filter(([, value]) => typeof value === 'number' || typeof value === 'string');
  return counts.length > 0 ? `seed: ${counts.map(([key, value]) => `${key} ${value}`).join(', ')}` : null;
}

function parse(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** Prints the purchase, state by state. */
export function showTrail(trail: Trail): void {
  console.log('');
  for (const { state, ms } of trail.steps) {
    console.log(`          ${state.padEnd(20)} ${ms === null ? '' : `${ms} ms`.padStart(9)}`.trimEnd());
  }
  const money = new Intl.NumberFormat('en-IN', { style: 'currency', currency: trail.currency }).format(
    trail.total / 100,
  );
  const order = trail.orderNumber ? `order ${trail.orderNumber}, ` : '';
  const reason = trail.reason ? ` (${trail.reason})` : '';
  console.log(
    `\n          ${trail.state}${reason}: ${order}${money}, ${Math.round(trail.seenAfterMs)} ms for the client\n`,
  );
}

/** Prints the addresses of the shop, its servers and its logs. */
export function showUrls(stack: Stack, dataDir: string): void {
  const rows = [
    ['API docs', `${stack.url}/api/v1/docs`],
    ['Products', `${stack.url}/api/v1/store/products`],
    ['Operators', `${stack.url}/ops   (${DEVELOPMENT_STAFF[0].email}, password: ${DEVELOPMENT_PASSWORD})`],
    ['Payment simulator', `${stack.simulatorUrl}   (inject faults: PUT /_faults)`],
    ['Database', stack.databaseUrl],
    ['Redis', stack.redisUrl],
    ['Logs, run.json', dataDir],
  ];
  for (const [name, where] of rows) console.log(`  ${name?.padEnd(18)} ${where}`);
}
