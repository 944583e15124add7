import { type AnyEntity, type EntityClass, type EntitySchema, type MigrationObject, MikroORM } from '@mikro-orm/core';
import { PostgreSqlDriver } from '@mikro-orm/postgresql';
import pg from 'pg';
import { NOT_TRUSTED } from '../network/untrusted-certificate.ts';
import { errorFields, observe } from '../observability/log.ts';
import type { GaugeSet } from '../observability/metrics.ts';
import { answers, PipeliningClient } from './connections/pipelining-client.ts';
import { poolGauges } from './connections/pool-gauges.ts';
import { estimateWait } from './connections/queue-length.ts';
import { replicaFirst } from './connections/replica.ts';
import { type Search, search } from './connections/searches.ts';
import { applySessionSettings } from './connections/session-settings.ts';
import { mergingReads } from './groups/merged-statements.ts';

export interface Database {
  orm: MikroORM<PostgreSqlDriver>;
  /** The connections for statements that find their rows by key, and for transactions. */
  pool: pg.Pool;
  /**
   * Runs one statement that finds its rows by key, outside of transactions. It is planned once, whatever its values. A
   * statement that was declared mergeable may be merged with others.
   */
  query<R extends object>(sql: string, params?: readonly unknown[]): Promise<R[]>;
  /**
   * Runs a statement whose best plan depends on its values, such as a list with filters: it is planned each time. It
   * reads the replica, if there is one that has replayed what the primary has committed.
   */
  search<R extends object>(sql: string, params: readonly unknown[]): Promise<R[]>;
  /**
   * Runs a list whose best plan is the same for all values: it is planned once per connection, which pays for tables with
   * many partitions. Otherwise like a search.
   */
  list<R extends object>(sql: string, params: readonly unknown[]): Promise<R[]>;
  /** Gauges of its pools, for `serveMetrics`. */
  gauges: GaugeSet;
  /**
   * Whether so much work waits for a connection that more would time out. `others`: work that waits outside the pool.
   */
  isOverloaded(others?: number): boolean;
  /** Estimates in how many seconds all work that waits for a connection will have one, from 1 to 30. */
  waitSeconds(others?: number): number;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** Its parameters `sslmode`, `sslrootcert`, `sslcert` and `sslkey` configure TLS. */
  url: string;
  /** A streaming replica for searches. */
  readUrl?: string | undefined;
  entities: (EntityClass<AnyEntity> | EntitySchema)[];
  migrations?: MigrationObject[];
  /** The most connections of this process, besides those for searches. */
  connections?: number;
  /**
   * Whether statements are prepared under a name, once per connection; default true. Some poolers need false. Commands
   * pass false: they work behind every pooler, and run few statements.
   */
  namesStatements?: boolean;
  /** A server that owes an answer and sends nothing for this time, in milliseconds, counts as gone. Default: never. */
  silenceMs?: number;
  /** The longest life of a connection, in seconds. Default: half an hour. */
  lifetimeSeconds?: number;
}

/** Searches are rare, and lists can wait for one another. As many connections again lead to the replica. */
export const SEARCH_CONNECTIONS = 6;
/** The time limit for opening a connection, and for waiting for one of the pool, in milliseconds. */
const CONNECTING_MS = 5_000;
/** Idle connections stay open this long, in milliseconds: their prepared plans are expensive to rebuild. */
const IDLE_MS = 300_000;
/** The longest life of a connection, in seconds: the name in the URL may lead to another server meanwhile. */
const LIFETIME_SECONDS = 1_800;
/** The most waiting requests: as many are served in five seconds at 50 ms each; more would only fill the memory. */
const MAX_WAITING = 1_000;

/** Opens the pools lazily: a database that is down makes queries fail, never the start of the process. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  let pool: pg.Pool | undefined;
  // MikroORM.init would look for its optional packages and load the installed ones.
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
      // MikroORM ignores the parameters of a URL.
      connectionString: options.url,
      onPoolCreated: (created: pg.Pool) => {
        pool = created;
        created.on('error', connectionLost);
        applySessionSettings(created);
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
  const waitSeconds = estimateWait(keyed);
  const { ask, ...searches } = openSearches(options);
  return {
    orm,
    pool: keyed,
    query: (sql, params = []) => read(sql, params),
    search: (text, values) => ask({ text, values }),
    list: (text, values) => ask({ text, values, isPlannedOnce: true }),
    gauges: poolGauges({ statements: keyed, ...searches.pools }),
    isOverloaded: (others = 0) => keyed.waitingCount + others >= MAX_WAITING,
    waitSeconds: (others = 0) => waitSeconds(others),
    async close() {
      await Promise.all([orm.close(), searches.close()]);
      // The ORM does not close a pool that it has never used itself.
      if (!keyed.ending) await keyed.end();
    },
  };
}

/** The options of all pools. */
const connectionOf = ({ silenceMs, namesStatements, lifetimeSeconds = LIFETIME_SECONDS }: DatabaseOptions) => ({
  // The constructor needs a configuration, which the pool's type does not declare.
  Client: PipeliningClient as new (config?: pg.ClientConfig) => pg.Client,
  types: typeParsers(),
  connectionTimeoutMillis: CONNECTING_MS,
  idleTimeoutMillis: IDLE_MS,
  maxLifetimeSeconds: lifetimeSeconds,
  silenceMs,
  namesStatements,
});

/** Opens the pools for searches and lists. `ask` runs one of them. */
function openSearches(options: DatabaseOptions) {
  const searches = searchPool(options, options.url);
  const replica = options.readUrl === undefined ? undefined : searchPool(options, options.readUrl);
  return {
    pools: { searches, ...(replica && { replica }) },
    ask: replica
      ? replicaFirst(replica, searches)
      : <R extends object>(statement: Search) => search<R>(searches, statement),
    close: () => Promise.all([searches.end(), replica?.end()]),
  };
}

function searchPool(options: DatabaseOptions, connectionString: string): pg.Pool {
  const pool = new pg.Pool({ ...connectionOf(options), connectionString, max: SEARCH_CONNECTIONS });
  pool.on('error', connectionLost);
  applySessionSettings(pool);
  return pool;
}

const connectionLost = (error: Error): void => observe('database.connection.lost', errorFields(error));

/** Parses int8 (money, counts) to safe integers and timestamps to dates. */
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
 * Codes of the operating system and of Postgres for "no writable database at the moment"; 25006: a read-only server;
 * 57014: a search that took too long. Not 25P03: an idle transaction is an error of its own work and would repeat for
 * ever.
 */
const DOWN =
  /^(08...|57P0[123]|57014|25006|53300|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH)$/;
const NO_CONNECTION = /Connection terminated|Client has encountered a connection|Client was closed/i;
/** The pool's error message when all its connections stayed in use. */
const POOL_EXHAUSTED = 'timeout exceeded when trying to connect';

/** The same error as the pool's, for work that waits for a connection outside the pool. */
export const poolExhausted = (): Error => new Error(POOL_EXHAUSTED);

/** Whether an error means that Postgres is unreachable or was lost, so that the same work may succeed later. */
export const isDatabaseDown = (error: unknown): boolean =>
  causesOf(error).some((at) => meansDown(String(Reflect.get(at, 'code'))) || NO_CONNECTION.test(at.message)) ||
  (foundNoConnection(error) && !isAnswering());

const meansDown = (code: string): boolean => DOWN.test(code) || NOT_TRUSTED.test(code);

/**
 * Whether an error means that all connections of this process stayed in use while Postgres answered, so that the same
 * work may succeed later.
 */
export const isPoolExhausted = (error: unknown): boolean => foundNoConnection(error) && isAnswering();

const foundNoConnection = (error: unknown): boolean =>
  causesOf(error).some(({ message }) => message.includes(POOL_EXHAUSTED));

/** Whether the server answers. Connections to an unreachable server count as in use as well. */
const isAnswering = (): boolean => Date.now() - answers.lastAt < CONNECTING_MS;

/** An error and its causes. */
function causesOf(error: unknown): Error[] {
  const found: Error[] = [];
  for (let at = error; at instanceof Error && found.length < 5; at = at.cause) found.push(at);
  return found;
}

/** Whether a row violates a unique key. */
export const isDuplicate = (error: unknown): boolean => (error as { code?: unknown } | null)?.code === '23505';
