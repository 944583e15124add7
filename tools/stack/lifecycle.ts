import { existsSync, mkdirSync, statSync, truncateSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { reservePort } from '../embedded/ports.ts';
import { runCommand } from './command.ts';
import { type Addresses, stackEnvironment } from './environment.ts';
import { type Fleet, type Inspectors, MAIN, type Role, startFleet } from './fleet.ts';
import type { FolderLock } from './lock.ts';
import { type RunFile, removeRunFile, writeRunFile } from './runfile.ts';
import { type ServerOptions, type Servers, startServers } from './servers.ts';

export interface StackOptions {
  /** The folder for database, queue, logs and run.json; one stack at a time. */
  dataDir: string;
  /** Wished port of the (first) web process; default 3000. */
  port?: number;
  /** The address that web processes listen on; default 127.0.0.1. */
  host?: string;
  /** Number of products of the demonstration shop; default 320. */
  products?: number;
  /** Variables in addition to the development environment. */
  env?: Record<string, string>;
  /** Called with progress messages and with every line of a process as `name | line`. */
  log?: (line: string) => void;
  postgres?: { settings?: Record<string, string> };
  /** External servers instead of embedded ones. */
  databaseUrl?: string;
  redisUrl?: string;
  /** Three in-stock variants of a database that is already migrated and seeded. */
  sample?: string[];
  /** The bundle to start instead of src/main.ts. */
  main?: string | undefined;
  webs?: number;
  workers?: number;
  /** Whether debuggers may attach to web and worker. */
  inspect?: boolean;
  /** Aborts a running start and stops the started processes. */
  signal?: AbortSignal;
}

/** The started parts of a stack, filled step by step, so that a failed start can be undone. */
export interface Running {
  dataDir: string;
  options: StackOptions;
  log: (line: string) => void;
  lock: FolderLock;
  servers?: Servers;
  fleet?: Fleet;
  addresses?: Addresses;
  sample?: string[];
  isReady: boolean;
  stopping?: Promise<void>;
}

/** A stack that is completely started. */
export type Complete = Required<Omit<Running, 'stopping'>> & Pick<Running, 'stopping'>;

const ROOT = resolve(import.meta.dirname, '..', '..');
const LARGEST_LOG_BYTES = 20_000_000;
const DEFAULT_PRODUCTS = 320;
const LOOPBACK = '127.0.0.1';

/** Starts servers, schema, data and processes in this order; resolves when all are ready and run.json is written. */
export async function bringUp(running: Running): Promise<Complete> {
  const { options, log } = running;
  shortenLogs(running.dataDir);
  const servers = await startServers(serverOptions(running));
  running.servers = servers;
  options.signal?.throwIfAborted();
  const addresses = await chooseAddresses(running, servers);
  const env = stackEnvironment(addresses, options.env);
  const sample = options.sample ?? (await prepareDatabase(running, env));
  const fleet = startFleet({
    main: options.main ?? MAIN,
    logsDir: join(running.dataDir, 'logs'),
    env,
    addresses,
    host: options.host,
    workers: options.workers ?? 1,
    ...(options.inspect && { inspectors: await chooseInspectors(log) }),
    log,
    onSpawn: (role, pid) => {
      running.lock.note(role, pid);
      // The supervisor knows its new process only after this call.
      if (running.isReady) setImmediate(() => publish(complete));
    },
  });
  running.fleet = fleet;
  const complete: Complete = Object.assign(running, { servers, fleet, addresses, sample });
  log('starting simulator, web and worker');
  await fleet.ready(options.signal);
  running.isReady = true;
  publish(complete);
  return complete;
}

export function serverOptions({ dataDir, log, options }: Running): ServerOptions {
  const { databaseUrl, redisUrl, postgres } = options;
  return { dataDir, log, databaseUrl, redisUrl, settings: postgres?.settings };
}

async function chooseInspectors(log: Running['log']): Promise<Inspectors> {
  const inspectors = { web: await reservePort(9229), worker: await reservePort(9230) };
  for (const [role, port] of Object.entries(inspectors)) log(`a debugger may attach to ${role} at 127.0.0.1:${port}`);
  return inspectors;
}

async function chooseAddresses({ options, dataDir }: Running, servers: Servers): Promise<Addresses> {
  const simulatorPort = await reservePort(4010);
  const webUrls: string[] = [];
  for (let i = 0; i < (options.webs ?? 1); i++)
    webUrls.push(`http://${reachable(options.host)}:${await reservePort((options.port ?? 3000) + i)}`);
  return {
    databaseUrl: servers.postgres.url,
    redisUrl: servers.redis.url,
    webUrls,
    simulatorUrl: `http://127.0.0.1:${simulatorPort}`,
    journal: join(dataDir, 'simulator.jsonl'),
    mailFolder: join(dataDir, 'mail'),
    dataDir,
  };
}

/** The host of the URL at which this machine reaches a server that listens on `host`. */
function reachable(host = LOOPBACK): string {
  if (host === '0.0.0.0' || host === '::') return LOOPBACK;
  return host.includes(':') ? `[${host}]` : host;
}

/** Migrates and seeds the database; returns the sample from the last line of the seed. */
async function prepareDatabase(running: Running, env: NodeJS.ProcessEnv): Promise<string[]> {
  const { options, log, dataDir } = running;
  const run = (name: string, args: string[]) =>
    runCommand({
      name,
      args,
      env,
      logFile: join(dataDir, 'logs', `${name}.log`),
      onLine: (line) => log(`${name} | ${line}`),
      ...(options.signal && { signal: options.signal }),
    });
  log('migrating the database');
  await run('migrate', [MAIN, 'migrate']);
  log('seeding the shop');
  const printed = await run('seed', [
    join(ROOT, 'tools', 'seed.ts'),
    '--products',
    String(options.products ?? DEFAULT_PRODUCTS),
  ]);
  const { sample } = JSON.parse(printed.at(-1) ?? '{}') as { sample?: string[] };
  if (!sample) throw new Error('the seed did not name a sample of in-stock variants in its last line');
  return sample;
}

/** Returns the current addresses and pids. */
export function describe({ addresses, servers, fleet, sample }: Complete): RunFile {
  const pids = (role: Role) => fleet.of(role).map((supervised) => ({ pid: supervised.pid() }));
  return {
    url: addresses.webUrls[0] ?? '',
    processes: {
      web: pids('web').map((one, i) => ({ ...one, url: addresses.webUrls[i] ?? '' })),
      worker: pids('worker'),
      simulator: pids('simulator').map((one) => ({ ...one, url: addresses.simulatorUrl })),
      postgres: { pid: servers.postgres.embedded?.pid ?? null, url: servers.postgres.url },
      redis: { pid: servers.redis.embedded?.pid ?? null, url: servers.redis.url },
    },
    sample,
  };
}

/** Writes run.json again. */
export function publish(running: Complete): void {
  if (!running.stopping) writeRunFile(running.dataDir, describe(running));
}

/** Stops the started parts in order, only once. */
export function takeDown(running: Running): Promise<void> {
  running.stopping ??= stopInOrder(running);
  return running.stopping;
}

async function stopInOrder({ dataDir, servers, fleet, lock, log }: Running): Promise<void> {
  log('stopping');
  removeRunFile(dataDir);
  await fleet?.stop();
  await servers?.redis.embedded?.stop();
  await servers?.postgres.embedded?.stop();
  lock.release();
  log('everything has stopped');
}

function shortenLogs(dataDir: string): void {
  const folder = join(dataDir, 'logs');
  mkdirSync(folder, { recursive: true });
  for (const name of ['web', 'worker', 'simulator', 'postgres', 'redis', 'migrate', 'seed']) {
    const file = join(folder, `${name}.log`);
    if (existsSync(file) && statSync(file).size > LARGEST_LOG_BYTES) truncateSync(file);
  }
}
