import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { reservePort } from './ports.ts';
import { endProcess, isAlive, logTail, signal, waitGone } from './processes.ts';
import { redisBinary } from './redis-binary.ts';

export interface RedisOptions {
  dataDir: string;
  /** Wished port; another free one is used if it is taken. */
  port?: number;
  /** Append-only file, flushed every second (default true; tests that need no restart pass false). */
  appendonly?: boolean;
  /** Further settings of the server, by name. */
  settings?: Record<string, string>;
  /** Default `redis.log` beside the data folder. */
  logFile?: string;
  /** Called when a package has to be installed first, which takes a while. */
  log?: (line: string) => void;
}

export interface EmbeddedRedis {
  pid: number;
  port: number;
  url: string;
  dataDir: string;
  /** SIGTERM: writes pending data, then exits. */
  stop(): Promise<void>;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
}

const START_TIMEOUT_MS = 30_000;
const ANSWER_TIMEOUT_MS = 10_000;

/**
 * Starts a private redis-server or valkey-server, detached, on 127.0.0.1; adopts one that already serves this folder.
 * Uses the binary of `redisBinary`, which throws an error with instructions if there is none.
 */
export async function startRedis(options: RedisOptions): Promise<EmbeddedRedis> {
  const dataDir = resolve(options.dataDir);
  await mkdir(dataDir, { recursive: true });
  const adopted = await adopt(dataDir);
  return adopted ?? start({ ...options, dataDir });
}

function handle(dataDir: string, pid: number, port: number): EmbeddedRedis {
  return {
    pid,
    port,
    url: `redis://127.0.0.1:${port}`,
    dataDir,
    stop: () => endProcess(pid, 'SIGTERM'),
    kill: async () => {
      signal(pid, 'SIGKILL');
      await waitGone(pid, 5_000);
    },
  };
}

const portFile = (dataDir: string) => join(dataDir, 'server.port');

async function adopt(dataDir: string): Promise<EmbeddedRedis | null> {
  const port = Number(await readFile(portFile(dataDir), 'utf8').catch(() => ''));
  const pid = port ? await servedBy(port, dataDir) : null;
  return pid ? handle(dataDir, pid, port) : null;
}

/** Returns the pid of the server of this folder on this port, once it has loaded its data; null if there is none. */
async function servedBy(port: number, dataDir: string): Promise<number | null> {
  const client = new Redis(port, '127.0.0.1', {
    lazyConnect: true,
    retryStrategy: null,
    connectTimeout: 2_000,
    enableReadyCheck: true,
    maxRetriesPerRequest: 0,
  });
  client.on('error', () => {});
  const giveUp = setTimeout(() => client.disconnect(), ANSWER_TIMEOUT_MS); // another program on the port may never answer
  try {
    await client.connect();
    const [, folder] = (await client.config('GET', 'dir')) as string[];
    if (!folder || (await realpath(folder)) !== (await realpath(dataDir))) return null;
    return Number(/process_id:(\d+)/.exec(await client.info('server'))?.[1] ?? 0) || null;
  } catch {
    return null;
  } finally {
    clearTimeout(giveUp);
    client.disconnect();
  }
}

async function start(options: RedisOptions): Promise<EmbeddedRedis> {
  const { dataDir } = options;
  const binary = redisBinary(options.log ?? (() => {}));
  const port = await reservePort(options.port, { isOwn: true });
  const logFile = resolve(options.logFile ?? join(dirname(dataDir), 'redis.log'));
  await mkdir(dirname(logFile), { recursive: true });
  await writeFile(portFile(dataDir), String(port));
  const appendonly = (options.appendonly ?? true) ? 'yes' : 'no';
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', dataDir, '--daemonize', 'no', '--save', ''];
  args.push('--appendonly', appendonly, '--appendfsync', 'everysec', '--maxmemory-policy', 'noeviction');
  for (const [name, value] of Object.entries(options.settings ?? {})) args.push(`--${name}`, value);
  const fd = openSync(logFile, 'a');
  const child = spawn(binary, args, { detached: true, stdio: ['ignore', fd, fd] });
  closeSync(fd);
  const failed = new Promise<Error>((done) => child.once('error', done));
  child.unref();
  if (child.pid === undefined) throw await failed;
  const deadline = Date.now() + START_TIMEOUT_MS;
  while ((await servedBy(port, dataDir)) !== child.pid) {
    if (!isAlive(child.pid) || Date.now() > deadline) {
      throw new Error(`Redis did not start in ${dataDir}; ${logFile} ends with:\n${logTail(logFile)}`);
    }
    await sleep(15);
  }
  return handle(dataDir, child.pid, port);
}
