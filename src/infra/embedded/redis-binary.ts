import { spawnSync } from 'node:child_process';
import { accessSync, chmodSync, constants, globSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

type Log = (line: string) => void;

/**
 * REDIS_BIN, else redis-server or valkey-server of the PATH, else one that is got now from the system's packages: installed
 * by root or brew, unpacked into the cache folder of an ordinary user. Throws with what to do when there is no way.
 */
export function redisBinary(log: Log): string {
  const binary = process.env.REDIS_BIN || findOnPath() || executable(unpackedBinary()) || get(log);
  if (binary) return binary;
  throw new Error(
    'no Redis server found: install it (Debian, Ubuntu: sudo apt-get install redis-server; macOS: brew install valkey), ' +
      'or set REDIS_BIN to a redis-server or valkey-server, or REDIS_URL to a running one',
  );
}

function findOnPath(): string | null {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  const candidates = ['redis-server', 'valkey-server'].flatMap((name) => folders.map((folder) => join(folder, name)));
  return candidates.find(executable) ?? null;
}

function executable(path: string): string | null {
  try {
    accessSync(path, constants.X_OK);
    return path;
  } catch {
    return null;
  }
}

function get(log: Log): string | null {
  log('no redis-server on the PATH: getting one from the packages of this system');
  if (process.platform === 'darwin') {
    run('brew', ['install', 'valkey']);
    return findOnPath();
  }
  if (process.getuid?.() !== 0) return unpack();
  const install = () => run('apt-get', ['install', '-y', 'redis-server']) !== null;
  // Package lists are often missing in a container.
  if (!install() && run('apt-get', ['update']) !== null) install();
  return findOnPath();
}

const unpackedFolder = () => join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'vcecom', 'redis');
const unpackedBinary = () => join(unpackedFolder(), 'redis-server');

/** Debian's packages without installing them, for which nobody needs to be root: the server and the libraries that are not there. */
function unpack(): string | null {
  const plan = run('apt-get', ['--simulate', 'install', 'redis-server']);
  if (plan === null) return null;
  const missing = [...plan.matchAll(/^Inst (\S+)/gm)].map((match) => match[1] ?? '');
  const folder = unpackedFolder();
  const unfinished = `${folder}.${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  run('apt-get', ['download', ...new Set(['redis-server', 'redis-tools', ...missing])], unfinished);
  for (const archive of globSync('*.deb', { cwd: unfinished })) run('dpkg', ['-x', archive, '.'], unfinished);
  const libraries = globSync('{usr/,}lib/*-linux-gnu*', { cwd: unfinished }).map((path) => join(folder, path));
  const script = `#!/bin/sh\nLD_LIBRARY_PATH='${libraries.join(':')}' exec '${join(folder, 'usr/bin/redis-server')}' "$@"\n`;
  writeFileSync(join(unfinished, 'redis-server'), script);
  chmodSync(join(unfinished, 'redis-server'), 0o755);
  rmSync(folder, { recursive: true, force: true });
  renameSync(unfinished, folder);
  if (run(unpackedBinary(), ['--version']) !== null) return unpackedBinary();
  rmSync(folder, { recursive: true, force: true }); // a half download must not be taken for a server the next time
  return null;
}

/** What the command printed, or null when it failed. */
function run(command: string, args: string[], cwd = '/'): string | null {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };
  const { status, stdout } = spawnSync(command, args, {
    cwd,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return status === 0 ? stdout : null;
}
