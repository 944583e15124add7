import { mkdir, readFile, realpath, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { initialise, type Launch, nativeDir, spawnServer, USER } from './cluster.ts';
import { choosePlace, removeData } from './place.ts';
import { reservePort } from './ports.ts';
import { endProcess, isAlive, logTail, processFacts, signal, waitGone } from './processes.ts';

export interface PostgresOptions {
  /** Wished data folder; as root another one may be used that the server's user can reach (`dataDir` of the result). */
  dataDir: string;
  /** Wished port; another free one is used if it is taken. */
  port?: number;
  database?: string;
  /** Server settings, e.g. `{ fsync: 'off' }`. */
  settings?: Record<string, string>;
  /** The log file of the server; default `postgres.log` beside the wished data folder. */
  logFile?: string;
}

export interface EmbeddedPostgres {
  pid: number;
  port: number;
  url: string;
  /** The actual data folder. */
  dataDir: string;
  /** Fast shutdown: open transactions are rolled back. */
  stop(): Promise<void>;
  /** SIGKILL, as after a crash; resolves when the process is gone. */
  kill(): Promise<void>;
  /** Stops and deletes the data. */
  remove(): Promise<void>;
}

const DEFAULTS = { shared_buffers: '128MB', max_connections: '200' };
const START_TIMEOUT_MS = 60_000;

/**
 * Starts PostgreSQL from the binaries in node_modules, detached, on 127.0.0.1 only (every local user may sign in: for
 * development and tests). Creates cluster and database on the first start; adopts a server that already runs on the
 * folder. Throws an error with the end of the server's log if it is not ready within 60 s.
 */
export async function startPostgres(options: PostgresOptions): Promise<EmbeddedPostgres> {
  const place = await choosePlace(options.dataDir, await nativeDir());
  const settings = Object.entries({ ...DEFAULTS, ...options.settings }).map(([name, value]) => `${name}=${value}`);
  const logFile = resolve(options.logFile ?? join(dirname(resolve(options.dataDir)), 'postgres.log'));
  const launch: Launch = { ...place, settings, logFile };
  await mkdir(dirname(logFile), { recursive: true });
  await initialise(launch);
  const running = (await adopt(launch)) ?? (await start(launch, options.port));
  const database = options.database ?? 'vcecom';
  await ensureDatabase(running.port, database);
  return handle({ ...running, database, dataDir: launch.dataDir });
}

function handle(server: { pid: number; port: number; database: string; dataDir: string }): EmbeddedPostgres {
  const { pid, port, dataDir } = server;
  const stop = () => endProcess(pid, 'SIGINT');
  return {
    pid,
    port,
    url: `postgres://${USER}@127.0.0.1:${port}/${server.database}`,
    dataDir,
    stop,
    kill: async () => {
      signal(pid, 'SIGKILL');
      await waitGone(pid, 5_000);
    },
    remove: async () => {
      await stop();
      await removeData(dataDir);
    },
  };
}

/** Returns the running server of this folder; stops it if it has other settings. */
async function adopt(launch: Launch): Promise<{ pid: number; port: number } | null> {
  const pidFile = join(launch.dataDir, 'postmaster.pid');
  const lines = (await readFile(pidFile, 'utf8').catch(() => '')).split('\n');
  const [pid, port] = [Number(lines[0]), Number(lines[3])];
  const facts = processFacts(pid);
  if (!facts) return null; // PostgreSQL replaces the file of a dead server, and detects its remaining children
  if (!facts.command.includes('postgres')) {
    // Another program has this pid now: PostgreSQL would refuse to start.
    await rm(pidFile, { force: true });
    return null;
  }
  if (!(await hasSettings(launch))) {
    await endProcess(pid, 'SIGINT');
    return null;
  }
  await ready({ pid, port, died: () => !isAlive(pid) }, launch);
  return { pid, port };
}

async function hasSettings(launch: Launch): Promise<boolean> {
  const used = await readFile(join(launch.dataDir, 'postmaster.opts'), 'utf8').catch(() => '');
  return launch.settings.every((setting) => used.includes(`"${setting}"`));
}

/** Starts the server; retries while children of a killed server hold its memory, or when the port was taken. */
async function start(launch: Launch, wishedPort?: number): Promise<{ pid: number; port: number }> {
  for (let attempt = 1; ; attempt++) {
    const port = await reservePort(wishedPort, { isOwn: true });
    const fixed = [
      `port=${port}`,
      'listen_addresses=127.0.0.1',
      'unix_socket_directories=',
      'timezone=UTC',
      'log_timezone=UTC',
    ];
    const args = ['-D', launch.dataDir, ...[...fixed, ...launch.settings].flatMap((setting) => ['-c', setting])];
    const child = spawnServer(launch, { binary: 'postgres', args, cwd: launch.dataDir });
    const failed = new Promise<Error>((done) => child.once('error', done));
    child.unref();
    const pid = child.pid;
    if (pid === undefined) throw await failed;
    try {
      await ready({ pid, port, died: () => child.exitCode !== null || child.signalCode !== null }, launch);
      return { pid, port };
    } catch (error) {
      await endProcess(pid, 'SIGQUIT', 2_000);
      if (attempt >= 10 || !/still in use|could not bind|already exists/.test(String(error))) throw error;
      await sleep(300);
    }
  }
}

async function ready(server: { pid: number; port: number; died: () => boolean }, launch: Launch): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const folder = await query(server.port, 'show data_directory').catch(() => null);
    if (folder && (await realpath(String(folder[0]?.data_directory))) === (await realpath(launch.dataDir))) return;
    if (server.died() || Date.now() > deadline) {
      throw new Error(
        `PostgreSQL did not start in ${launch.dataDir}; ${launch.logFile} ends with:\n${logTail(launch.logFile)}`,
      );
    }
    await sleep(15);
  }
}

async function ensureDatabase(port: number, name: string): Promise<void> {
  // A reconnecting shop may keep the server busy.
  const ask = (sql: string) => query(port, sql, START_TIMEOUT_MS);
  const found = await ask(`select 1 from pg_database where datname = '${name.replaceAll("'", "''")}'`);
  if (found.length === 0) await ask(`create database ${pg.escapeIdentifier(name)}`);
}

async function query(port: number, sql: string, connectMs = 2_000): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    user: USER,
    database: 'postgres',
    connectionTimeoutMillis: connectMs,
  });
  client.on('error', () => {}); // the next attempt notices a server that stops between two answers
  try {
    await client.connect();
    return (await client.query(sql)).rows;
  } finally {
    await client.end().catch(() => {});
  }
}
