import pg from 'pg';

/** The counters of Postgres since its start. */
export interface Counts {
  /** Statements of clients, without begin and commit; null when they are not counted. */
  statements: number | null;
  /** Statements inside the server, i.e. checks of foreign keys. */
  nested: number | null;
  /** begin, commit and similar statements. */
  control: number | null;
  /** Transactions, including read-only ones. */
  commits: number;
  /** Transactions that wrote. */
  writes: number;
  walKb: number;
}

export interface Counters {
  read(): Promise<Counts>;
  /** The statements by text, largest share of time first. */
  top(limit: number): Promise<Statement[]>;
  /** Empties the list that `top` reads. */
  reset(): Promise<void>;
  /** Why statements are not counted; null if they are counted. */
  missing: string | null;
  close(): Promise<void>;
}

export interface Statement {
  query: string;
  calls: number;
  /** Milliseconds of execution inside Postgres. */
  ms: number;
  /** The shortest execution, without contention, in milliseconds. */
  shortestMs: number;
  /** Milliseconds of planning. */
  planMs: number;
}

/**
 * Reads the counters of the database at `url` over a connection to another database of its server, so that our own
 * queries are not included.
 */
export async function openCounters(url: string): Promise<Counters> {
  const elsewhere = new URL(url);
  const database = decodeURIComponent(elsewhere.pathname.slice(1));
  elsewhere.pathname = '/postgres';
  const client = new pg.Client({ connectionString: elsewhere.href });
  client.on('error', () => undefined); // the next query fails with it
  await client.connect();
  const missing = await client
    .query('create extension if not exists pg_stat_statements')
    .then(() => client.query('select 1 from pg_stat_statements limit 1').then(() => null, reasonOf), reasonOf);
  const one = async <R extends object>(sql: string) => (await client.query(sql, [database])).rows as R[];
  return {
    missing,
    async read() {
      const [counts] = await one<Omit<Counts, 'statements' | 'nested' | 'control'>>(COMMITS);
      const [statements] = missing ? [] : await one<Pick<Counts, 'statements' | 'nested' | 'control'>>(STATEMENTS);
      if (!counts) throw new Error(`Postgres has no counts of database ${database}`);
      return { statements: null, nested: null, control: null, ...statements, ...counts };
    },
    top: async (limit) => (await client.query(TOP, [database, limit])).rows as Statement[],
    reset: async () => void (await client.query('select pg_stat_statements_reset()')),
    close: () => client.end(),
  };
}

const reasonOf = (error: Error): string => error.message;

const COMMITS = `select xact_commit::float8 as commits,
    pg_snapshot_xmax(pg_current_snapshot())::text::float8 as writes,
    pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8 / 1024 as "walKb"
  from pg_stat_database where datname = $1`;

const OURS = `dbid = (select oid from pg_database where datname = $1) and query !~ 'of_the_bench'`;
const CONTROL = `query ~* '^\\s*(begin|start|commit|rollback|savepoint|release)\\M'`;

const STATEMENTS = `select coalesce(sum(calls) filter (where toplevel and not ${CONTROL}), 0)::float8 as statements,
    coalesce(sum(calls) filter (where not toplevel), 0)::float8 as nested,
    coalesce(sum(calls) filter (where toplevel and ${CONTROL}), 0)::float8 as control
  from pg_stat_statements where ${OURS}`;

const TOP = `select case when toplevel then query else 'checks of foreign keys' end as query,
    sum(calls)::float8 as calls, sum(total_exec_time)::float8 as ms, min(min_exec_time)::float8 as "shortestMs",
    sum(total_plan_time)::float8 as "planMs"
  from pg_stat_statements where ${OURS} group by 1 order by ms desc limit $2`;
