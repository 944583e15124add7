import { hash } from 'node:crypto';
import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import pg from 'pg';
import { endWhenSilent } from '../../network/silent-server.ts';
import { observeSparingly } from '../../observability/log.ts';

export interface PipeliningConfig extends pg.ClientConfig {
  /** Default true. */
  namesStatements?: boolean;
  /** A server that owes an answer and sends nothing for this time, in milliseconds, counts as gone. Default: never. */
  silenceMs?: number;
}

/** The last answer of a server to this process, in ms since 1970. */
export const answers = { lastAt: 0 };

/** The most prepared statements per connection; further texts are sent unnamed. */
const MAX_STATEMENTS = 300;
const statementNames = new Map<string, string>();

/**
 * A client that saves round trips. It prepares each parameterised statement once per connection, under a name made from
 * its text. It sends statements together that are issued without waiting for one another, and `begin` together with the
 * first statement of its transaction.
 */
export class PipeliningClient extends pg.Client {
  private isBeginDue = false;
  private isCorked = false;
  private readonly namesStatements: boolean;
  /** Why the server ended the connection; the driver's own error does not say it. */
  private lostError: Error | undefined;
  /** Number of statements without an answer. */
  private unanswered = 0;
  constructor(config: PipeliningConfig) {
    super({ ...config, pipeline: true } as pg.ClientConfig);
    this.namesStatements = config.namesStatements ?? true;
    this.on('error', (error) => {
      this.lostError ??= error;
    });
    this.once('connect', () => this.watchServer(config));
  }

  // biome-ignore lint/suspicious/noExplicitAny: pg's overloads cannot be repeated, the arguments pass through unchanged
  override query(...args: any[]): any {
    const [text, values] = args;
    if (text === 'begin') {
      this.isBeginDue = true;
      return Promise.resolve(EMPTY_RESULT);
    }
    // The server rolls a lost connection back. A rejection here would keep the client from returning to the pool.
    if (text === 'rollback' && !this.isBeginDue) {
      this.unanswered += 1;
      return super.query(text).catch(() => EMPTY_RESULT);
    }
    if (this.lostError && typeof args.at(-1) !== 'function')
      return Promise.reject(new Error('The connection was lost.', { cause: this.lostError }));
    this.corkUntilNextTick();
    if (this.isBeginDue) {
      this.isBeginDue = false;
      if (text === 'rollback' || text === 'commit') return Promise.resolve(EMPTY_RESULT);
      // If it fails, the connection is lost, and the next statement fails with that error.
      super.query('begin').catch(() => undefined);
      this.unanswered += 1;
    }
    const isKeyed = this.namesStatements && typeof text === 'string' && Array.isArray(values) && values.length > 0;
    const name = isKeyed ? statementName(text) : undefined;
    if (name) args.splice(0, 2, { name, text, values });
    this.unanswered += 1;
    return super.query(...(args as Parameters<pg.Client['query']>));
  }

  /** Ends a connection whose server is read-only or silent; the pool opens another one when needed. */
  private watchServer({ silenceMs = 0 }: PipeliningConfig): void {
    const connection = connectionOf(this);
    // After a failover this server is read-only, and the address may lead to another server.
    connection.on('errorMessage', ({ code = '' }: { code?: string }) => {
      if (code === READ_ONLY) setImmediate(() => this.end().catch(() => undefined));
      if (MIXED_UP.test(code)) observeSparingly('database.statement_names.error', { code });
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

  private corkUntilNextTick(): void {
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

/** The driver's connection, which its types do not declare. */
const connectionOf = (client: pg.Client) =>
  Reflect.get(client as object, 'connection') as EventEmitter & { stream: Socket };

/** SQLSTATE read_only_sql_transaction. */
export const READ_ONLY = '25006';
/** Duplicate or unknown prepared statement: a pooler mixes up the named statements of its clients. */
const MIXED_UP = /^(42P05|26000)$/;

class SilenceError extends Error {
  readonly code = 'ETIMEDOUT';
  constructor(ms: number) {
    super(`PostgreSQL did not answer for ${ms} ms.`);
  }
}

const EMPTY_RESULT = { command: 'BEGIN', rowCount: null, rows: [] };

function statementName(text: string): string | undefined {
  const existing = statementNames.get(text);
  if (existing || statementNames.size >= MAX_STATEMENTS) return existing;
  const name = hash('sha1', text, 'base64url');
  statementNames.set(text, name);
  return name;
}
