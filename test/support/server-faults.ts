import { execFile } from 'node:child_process';
import { mkdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Redis } from 'ioredis';
import { Client } from 'pg';
import { signal } from '../../tools/embedded/processes.ts';
import { setReadOnly } from './database.ts';
import { waitFor } from './wait-for.ts';

/** Ends what was begun. */
export type Repair = () => Promise<void>;

/** Redis cannot write to its disk, and refuses writes (MISCONF). */
export async function blockDisk(redis: Redis): Promise<Repair> {
  const [, folder = ''] = (await redis.config('GET', 'dir')) as string[];
  const blocker = join(folder, 'dump.rdb');
  await mkdir(blocker);
  await redis.config('SET', 'stop-writes-on-bgsave-error', 'yes');
  await redis.config('SET', 'save', '3600 1');
  await redis.bgsave();
  // Redis may refuse writes since an earlier failure: a save that is still under way would succeed after the repair.
  const hasFailed = async () => (await redis.info('persistence')).includes('rdb_bgsave_in_progress:0');
  await waitFor('the save has failed', hasFailed);
  await waitFor('writes are refused', () =>
    redis.set('a', '1').then(
      () => false,
      ({ message }: Error) => message.includes('MISCONF'),
    ),
  );
  return async () => {
    await rmdir(blocker);
    await redis.config('SET', 'save', '');
    await redis.config('SET', 'stop-writes-on-bgsave-error', 'no');
  };
}

/** The database only reads, as after a failover to a server that follows another. */
export async function makeReadOnly(databaseUrl: string): Promise<Repair> {
  const admin = new Client({ connectionString: databaseUrl });
  await admin.connect();
  // The setting counts for sessions that begin after it.
  const switchTo = async (readOnly: 'on' | 'off') => {
    await setReadOnly(admin, readOnly);
    await admin.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
    );
  };
  await switchTo('on');
  return async () => {
    await switchTo('off');
    await admin.end();
  };
}

/**
 * Strangers take every connection that PostgreSQL has to give; those of the shop are ended. Its processes `pids` stand
 * still meanwhile: they cannot take a connection back before the strangers have it.
 */
export async function fillConnections(databaseUrl: string, pids: readonly number[]): Promise<Repair> {
  for (const pid of pids) signal(pid, 'SIGSTOP');
  try {
    return await takeConnections(databaseUrl);
  } finally {
    for (const pid of pids) signal(pid, 'SIGCONT');
  }
}

async function takeConnections(databaseUrl: string): Promise<Repair> {
  const strangers: Client[] = [];
  const connect = async () => {
    const client = new Client({ connectionString: databaseUrl, application_name: 'stranger' });
    client.on('error', () => undefined);
    await client.connect();
    strangers.push(client);
    return client;
  };
  const admin = await connect();
  const { rows } = await admin.query(`select current_setting('max_connections')::int as places`);
  const places = rows[0].places as number;
  // Ended connections are free a moment later, and a process that was started meanwhile has new ones.
  const isFull = async () => {
    await admin.query(`select pg_terminate_backend(pid) from pg_stat_activity
      where application_name <> 'stranger' and backend_type = 'client backend' and pid <> pg_backend_pid()`);
    await Promise.allSettled(Array.from({ length: places - strangers.length }, connect));
    return strangers.length === places;
  };
  const release = async () => {
    await Promise.all(strangers.map((client) => client.end().catch(() => undefined)));
  };
  try {
    await waitFor('strangers hold every connection', isFull);
  } catch (error) {
    await release();
    throw error;
  }
  return release;
}

/** Stops a server with all its processes, without ending one. */
export async function freeze(pid: number): Promise<Repair> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=']);
  const parents = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const pids = [pid, ...parents.filter(([, parent]) => parent === pid).map(([child]) => child ?? pid)];
  for (const one of pids) signal(one, 'SIGSTOP');
  return async () => {
    for (const one of pids) signal(one, 'SIGCONT');
  };
}
