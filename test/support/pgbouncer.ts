import { execFileSync, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reservePort } from '../../tools/embedded/ports.ts';
import { endProcess, logTail } from '../../tools/embedded/processes.ts';
import { type SystemProgram, systemProgram } from '../../tools/embedded/system-package.ts';
import { nameOf, queryAt } from './database.ts';
import { waitFor } from './wait-for.ts';

/** A PgBouncer in transaction mode before a server. */
export interface PgBouncer {
  /** The way through it to a database of the server. */
  through(databaseUrl: string): string;
  /** Whether it keeps the named statements of its clients apart: from version 1.21 on. */
  keepsNames: boolean;
  stop(): Promise<void>;
}

const PROGRAM: SystemProgram = {
  names: ['pgbouncer'],
  places: ['/usr/sbin/pgbouncer'],
  debian: { packages: ['pgbouncer'], binary: 'usr/sbin/pgbouncer' },
  brew: ['pgbouncer'],
  isService: true,
};

/** From the PATH, else from the packages of the system. @throws Error when there is none, or with its log when it does not start */
export async function startPgBouncer(serverUrl: string): Promise<PgBouncer> {
  const binary = systemProgram(PROGRAM, () => undefined);
  if (!binary) throw new Error('no pgbouncer found: install it (Debian, Ubuntu: sudo apt-get install pgbouncer)');
  const [, major, minor] =
    /PgBouncer (\d+)\.(\d+)/.exec(execFileSync(binary, ['--version'], { encoding: 'utf8' })) ?? [];
  const keepsNames = Number(major) > 1 || Number(minor) >= 21;
  const folder = await mkdtemp(join(tmpdir(), 'vcecom-pgbouncer-'));
  await chmod(folder, 0o755);
  const [port, file, log] = [await reservePort(), join(folder, 'pgbouncer.ini'), join(folder, 'pgbouncer.log')];
  await writeFile(file, configuration(serverUrl, port, keepsNames));
  const fd = openSync(log, 'a');
  // It refuses to run as root.
  const user = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  const child = spawn(binary, [...user, file], { stdio: ['ignore', fd, fd] });
  closeSync(fd);
  const stop = async () => {
    if (child.pid) await endProcess(child.pid, 'SIGINT');
    await rm(folder, { recursive: true, force: true });
  };
  const through = (databaseUrl: string) => `postgres://postgres@127.0.0.1:${port}/${nameOf(databaseUrl)}`;
  try {
    await waitFor('PgBouncer answers', () => queryAt(through(serverUrl), 'select 1'));
  } catch (error) {
    const said = logTail(log);
    await stop();
    throw new Error(`PgBouncer did not start:\n${said}`, { cause: error });
  }
  return { through, keepsNames, stop };
}

/** Fewer connections to the server than the processes have to the pooler. */
const configuration = (serverUrl: string, port: number, keepsNames: boolean): string => `[databases]
* = host=127.0.0.1 port=${new URL(serverUrl).port} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 12
max_client_conn = 200
${keepsNames ? 'max_prepared_statements = 200' : ''}
`;
