import { hash } from 'node:crypto';
import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import pg from 'pg';
import { endWhenSilent } from '../../network/silence.ts';

export interface PipeliningConfig extends pg.ClientConfig {
  /** Default true. */
  namesStatements?: boolean;
  /** A server that has something to answer, and says nothing for so long, in milliseconds, counts as gone. Default: never. */
  silenceMs?: number;
}

/** When a server last answered this process, in ms since 1970. */
export const answers = { lastAt: 0 };

/** A connection keeps at most this many statements; texts beyond it are sent unnamed. */
const MOST_STATEMENTS = 300;
const names = new Map<string, string>();

/**
 * A client that saves round trips. Each parameterised statement is prepared once per connection, under a name made
 * from its text; statements issued without waiting for one another leave together; and `begin` leaves with the first
 * statement of its transaction.
 */
export class PipeliningClient extends pg.Client {
  private isBeginDue = false;
  private isCorked = false;
  private readonly namesStatements: boolean;
  /** Why the server ended the connection, which the driver's own error does not tell. */
  private lost: Error | undefined;
  /** Statements without an answer yet. */
  private unanswered = 0;
  constructor(config: PipeliningConfig) {
    super({ ...config, pipeline: true } as pg.ClientConfig);
    this.namesStatements = config.namesStatements ?? true;
    this.on('error', (error) => {
      this.lost ??= error;
    });
    this.once('connect', () => this.watchServer(config));
  }

  // biome-ignore lint/suspicious/noExplicitAny: pg's overloads cannot be repeated, the arguments pass through unchanged
  override query(...args: any[]): any {
    const [text, values] = args;
    if (text === 'begin') {
      this.isBeginDue = true;
      return Promise.resolve(NOTHING);
    }
    // A connection that is gone is rolled back already; were this to fail, it would never go back to the pool.
    if (text === 'rollback' && !this.isBeginDue) {
      this.unanswered += 1;
      return super.query(text).catch(() => NOTHING);
    }
    if (this.lost && typeof args.at(-1) !== 'function')
      return Promise.reject(new Error('The connection was lost.', { cause: this.lost }));
    this.corkUntilTheNextTick();
    if (this.isBeginDue) {
      this.isBeginDue = false;
      if (text === 'rollback' || text === 'commit') return Promise.resolve(NOTHING);
      // Should it fail, the connection is gone, and the statement behind it says so.
      super.query('begin').catch(() => undefined);
      this.unanswered += 1;
    }
    const isKeyed = this.namesStatements && typeof text === 'string' && Array.isArray(values) && values.length > 0;
    const name = isKeyed ? nameOf(text) : undefined;
    if (name) args.splice(0, 2, { name, text, values });
    this.unanswered += 1;
    return super.query(...(args as Parameters<pg.Client['query']>));
  }

  /** The pool makes another connection, when it is asked for one, in place of one that leads nowhere useful. */
  private watchServer({ silenceMs = 0 }: PipeliningConfig): void {
    const connection = connectionOf(this);
    // After a failover this server only reads, and the address may lead to another one.
    connection.on('errorMessage', ({ code }: { code?: string }) => {
      if (code === READ_ONLY) setImmediate(() => this.end().catch(() => undefined));
    });
    connection.on('readyForQuery', () => {
      this.unanswered -= 1;
      answers.lastAt = Date.now();
    });
    if (silenceMs)
      endWhenSilent(connection.stream, {
        ms: silenceMs,
        isOwed: () => this.unanswered > 0,
        error: () => new SilenceError(silenceMs),
      });
  }

  private corkUntilTheNextTick(): void {
    if (this.isCorked) return;
    this.isCorked = true;
    const { stream } = connectionOf(this);
    stream.cork();
    process.nextTick(() => {
      this.isCorked = false;
      stream.uncork();
    });
  }
}

/** Parts of the driver that it does not declare. */
const connectionOf = (client: pg.Client) =>
  Reflect.get(client as object, 'connection') as EventEmitter & { stream: Socket };

/** SQLSTATE read_only_sql_transaction. */
export const READ_ONLY = '25006';

class SilenceError extends Error {
  readonly code = 'ETIMEDOUT';
  constructor(ms: number) {
    super(`PostgreSQL did not answer for ${ms} ms.`);
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
