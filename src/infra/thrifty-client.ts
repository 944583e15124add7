import { hash } from 'node:crypto';
import type { Socket } from 'node:net';
import pg from 'pg';

/** A connection keeps at most this many statements; texts beyond it are sent unnamed. */
const MOST_STATEMENTS = 300;
const names = new Map<string, string>();

/**
 * A client that saves round trips. Each parameterised statement is prepared once per connection, under a name made
 * from its text; statements issued without waiting for one another leave together; and `begin` leaves with the first
 * statement of its transaction.
 */
export class ThriftyClient extends pg.Client {
  private isBeginDue = false;
  private isCorked = false;
  /** Why the server ended the connection, which the driver's own error does not tell. */
  private lost: Error | undefined;
  constructor(config: pg.ClientConfig) {
    super({ ...config, pipeline: true } as pg.ClientConfig);
    this.on('error', (error) => {
      this.lost ??= error;
    });
  }

  // biome-ignore lint/suspicious/noExplicitAny: pg's overloads cannot be repeated, the arguments pass through unchanged
  override query(...args: any[]): any {
    const [text, values] = args;
    if (text === 'begin') {
      this.isBeginDue = true;
      return Promise.resolve(NOTHING);
    }
    // A connection that is gone is rolled back already; were this to fail, it would never go back to the pool.
    if (text === 'rollback' && !this.isBeginDue) return super.query(text).catch(() => NOTHING);
    if (this.lost && typeof args.at(-1) !== 'function')
      return Promise.reject(new Error('The connection was lost.', { cause: this.lost }));
    this.corkUntilTheNextTick();
    if (this.isBeginDue) {
      this.isBeginDue = false;
      if (text === 'rollback' || text === 'commit') return Promise.resolve(NOTHING);
      // Should it fail, the connection is gone, and the statement behind it says so.
      super.query('begin').catch(() => undefined);
    }
    const name = typeof text === 'string' && Array.isArray(values) && values.length > 0 ? nameOf(text) : undefined;
    if (name) args.splice(0, 2, { name, text, values });
    return super.query(...(args as Parameters<pg.Client['query']>));
  }

  private corkUntilTheNextTick(): void {
    if (this.isCorked) return;
    this.isCorked = true;
    const { stream } = Reflect.get(this as object, 'connection') as { stream: Socket };
    stream.cork();
    process.nextTick(() => {
      this.isCorked = false;
      stream.uncork();
    });
  }
}

const NOTHING = { command: 'BEGIN', rowCount: null, rows: [] };

function nameOf(text: string): string | undefined {
  const known = names.get(text);
  if (known || names.size >= MOST_STATEMENTS) return known;
  const name = hash('sha1', text, 'base64url');
  names.set(text, name);
  return name;
}
