import { type AnyEntity, type EntityClass, type EntitySchema, type MigrationObject, MikroORM } from '@mikro-orm/core';
import { PostgreSqlDriver } from '@mikro-orm/postgresql';
import pg from 'pg';
import { errorFields, observe } from '../observability/log.ts';
import type { GaugeSet } from '../observability/metrics.ts';
import { answers, PipeliningClient } from './connections/pipelining-client.ts';
import { poolGauges } from './connections/pool-gauges.ts';
import { search } from './connections/searches.ts';
import { tellSettings } from './connections/session-settings.ts';
import { mergingReads } from './groups/merged-statements.ts';

export interface Database {
  orm: MikroORM<PostgreSqlDriver>;
  /** The connections for statements that find their rows by key, and for transactions. */
  pool: pg.Pool;
  /**
   * Runs one statement that finds its rows by key outside of any transaction. It is planned once, whatever its values; one
   * that has a form for many may be run together with others.
   */
  query<R extends object>(sql: string, params?: readonly unknown[]): Promise<R[]>;
  /** Runs a statement whose best plan depends on its values, such as a list with filters: it is planned each time. */
  search<R extends object>(sql: string, params: readonly unknown[]): Promise<R[]>;
  /** What stands in its pools, for `serveMetrics`. */
  gauges: GaugeSet;
  /** Whether so much waits for a connection that more work would only wait in vain. `others`: what waits elsewhere for one of them. */
  isOverloaded(others?: number): boolean;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  url: string;
  entities: (EntityClass<AnyEntity> | EntitySchema)[];
  migrations?: MigrationObject[];
  /** The most connections of this process, besides those for searches. */
  connections?: number;
  /** Whether statements are prepared under a name, once per connection; default true. A pooler that does not know of them needs false. */
  namesStatements?: boolean;
  /** A server that owes an answer and says nothing for so long, in milliseconds, counts as gone. Default: never. */
  silenceMs?: number;
}

/** Searches are few, and lists can wait for each other. */
const SEARCH_CONNECTIONS = 6;
/** The most, in milliseconds, that is spent on a new connection, and as much on waiting for one of the pool. */
const CONNECTING_MS = 5_000;
/** A connection keeps the plans of its statements, which cost more than the statements: it outlives the pauses of a quiet shop. */
const IDLE_MS = 300_000;
/** So many can be served in the five seconds that a request waits, also when each needs 50 ms; more would fill the memory. */
const MOST_WAITING = 1_000;

/** Opens the pools lazily: a database that is down makes queries fail, never the start of the process. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  let pool: pg.Pool | undefined;
  // MikroORM.init would look for, and load, whatever optional packages of its own are installed.
  const orm = new MikroORM<PostgreSqlDriver>({
    driver: PostgreSqlDriver,
    clientUrl: options.url,
    entities: options.entities,
    extensions: options.migrations ? [(await import('@mikro-orm/migrations')).Migrator] : [],
    allowGlobalContext: false,
    ensureDatabase: false,
    pool: { min: 0, max: options.connections ?? 10 },
    migrations: { migrationsList: options.migrations ?? [], transactional: true, allOrNothing: false, snapshot: false },
    driverOptions: {
      ...connectionOf(options),
      onPoolCreated: (created: pg.Pool) => {
        pool = created;
        created.on('error', connectionLost);
        tellSettings(created);
      },
    },
    logger: () => undefined,
  });
  await orm.connect();
  if (!pool) throw new Error('the driver made no connection pool');
  const keyed: pg.Pool = pool;
  const read = mergingReads(
    async <R extends object>(sql: string, params: readonly unknown[]) =>
      (await keyed.query(sql, [...params])).rows as R[],
  );
  const searches = openSearches(options);
  return {
    orm,
    pool: keyed,
    query: (sql, params = []) => read(sql, params),
    search: (text, values) => search(searches, { text, values }),
    gauges: poolGauges({ statements: keyed, searches }),
    isOverloaded: (others = 0) => keyed.waitingCount + others >= MOST_WAITING,
    async close() {
      await Promise.all([orm.close(), searches.end()]);
      // The ORM leaves a pool open that it has asked for nothing itself.
      if (!keyed.ending) await keyed.end();
    },
  };
}

/** What the connections of both pools have in common. */
const connectionOf = ({ silenceMs, namesStatements }: DatabaseOptions) => ({
  // Its constructor wants a configuration, which the pool's declaration does not say.
  Client: PipeliningClient as new (config?: pg.ClientConfig) => pg.Client,
  types: typeParsers(),
  connectionTimeoutMillis: CONNECTING_MS,
  idleTimeoutMillis: IDLE_MS,
  silenceMs,
  namesStatements,
});

function openSearches(options: DatabaseOptions): pg.Pool {
  const pool = new pg.Pool({
    ...connectionOf(options),
    connectionString: options.url,
    max: SEARCH_CONNECTIONS,
  });
  pool.on('error', connectionLost);
  tellSettings(pool);
  return pool;
}

const connectionLost = (error: Error): void => observe('database.connection.lost', errorFields(error));

/** Raw rows carry money and counts as numbers (int8 is checked to be safe) and instants as dates. */
function typeParsers(): pg.TypeOverrides {
  const types = new pg.TypeOverrides();
  types.setTypeParser(pg.types.builtins.INT8, (text) => {
    const value = Number(text);
    if (!Number.isSafeInteger(value)) throw new RangeError(`${text} is beyond the safe integers`);
    return value;
  });
  types.setTypeParser(pg.types.builtins.TIMESTAMPTZ, (text) => new Date(text));
  return types;
}

/**
 * Codes of the operating system and of Postgres for "there is no database to write to at the moment"; 25006: a server that
 * only reads; 57014: a search that took too long. Not 25P03: a transaction that stood idle is a fault of its own work, which would come again for ever.
 */
const DOWN =
  /^(08...|57P0[123]|57014|25006|53300|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH)$/;
const NO_CONNECTION = /Connection terminated|Client has encountered a connection|Client was closed/i;
/** What the pool says when all its connections stayed in use. */
const POOL_EXHAUSTED = /timeout exceeded when trying to connect/;

/** The pool's own error, for work that waits for others to give their connections back. */
export const poolExhausted = (): Error => new Error('timeout exceeded when trying to connect');

/** Whether an error means that Postgres could not be reached or went away, so that the same work may succeed later. */
export const isDatabaseDown = (error: unknown): boolean =>
  causesOf(error).some((at) => DOWN.test(String(Reflect.get(at, 'code'))) || NO_CONNECTION.test(at.message)) ||
  (foundNoConnection(error) && !isAnswering());

/**
 * Whether an error means that every connection of this process stayed in use while Postgres answered: the same work may
 * succeed later.
 */
export const isPoolExhausted = (error: unknown): boolean => foundNoConnection(error) && isAnswering();

const foundNoConnection = (error: unknown): boolean =>
  causesOf(error).some(({ message }) => POOL_EXHAUSTED.test(message));

/** Connections on which nothing is answered are in use as well: of a server that is away. */
const isAnswering = (): boolean => Date.now() - answers.lastAt < CONNECTING_MS;

/** An error, and what it came from. */
function causesOf(error: unknown): Error[] {
  const found: Error[] = [];
  for (let at = error; at instanceof Error && found.length < 5; at = at.cause) found.push(at);
  return found;
}

/** Whether a row met a unique key that was there before. */
export const isDuplicate = (error: unknown): boolean => (error as { code?: unknown } | null)?.code === '23505';
