import { createHash } from 'node:crypto';
import pg from 'pg';

/** A connection keeps at most this many statements; texts beyond it are sent unnamed. */
const MOST_STATEMENTS = 300;
const names = new Map<string, string>();

/**
 * A client that prepares each parameterised statement once per connection, under a name made from its text:
 * Postgres then plans it once instead of at every call.
 */
export class PreparingClient extends pg.Client {
  // biome-ignore lint/suspicious/noExplicitAny: pg's overloads cannot be repeated, the arguments pass through unchanged
  override query(...args: any[]): any {
    const [text, values] = args;
    const name = typeof text === 'string' && Array.isArray(values) && values.length > 0 ? nameOf(text) : undefined;
    if (name) args.splice(0, 2, { name, text, values });
    return super.query(...(args as Parameters<pg.Client['query']>));
  }
}

function nameOf(text: string): string | undefined {
  const known = names.get(text);
  if (known || names.size >= MOST_STATEMENTS) return known;
  const name = createHash('sha1').update(text).digest('base64url');
  names.set(text, name);
  return name;
}
