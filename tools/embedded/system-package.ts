import { spawnSync } from 'node:child_process';
import { accessSync, chmodSync, constants, globSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

type Log = (line: string) => void;

/** A program and the system packages that contain it. */
export interface SystemProgram {
  /** Its names on the PATH, best first. */
  names: readonly [string, ...string[]];
  /** Paths outside of the PATH. */
  places?: readonly string[];
  /** The argument with which it tells its version and ends without an error; default `--version`. */
  version?: string;
  /** Packages of Debian and Ubuntu, and the path of the program in them. */
  debian: { packages: readonly string[]; binary: string };
  /** Packages of brew, for macOS. */
  brew: readonly string[];
  /** Whether the package starts a server when it is installed: then it is only unpacked. */
  isService?: boolean;
}

/**
 * Returns the path of the program: from the PATH, otherwise from the system's packages, which root or brew installs and
 * an ordinary user unpacks into the cache folder. Null if there is none.
 */
export function systemProgram(program: SystemProgram, log: Log): string | null {
  return findOnPath(program) ?? ifWorking(program, unpacked(program)) ?? get(program, log);
}

function findOnPath(program: SystemProgram): string | null {
  const { names, places = [] } = program;
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  const candidates = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...candidates, ...places].find((path) => ifWorking(program, path)) ?? null;
}

/** Returns the path if the program works: Ubuntu has stubs that only name a snap to install. */
function ifWorking({ version = '--version' }: SystemProgram, path: string): string | null {
  try {
    accessSync(path, constants.X_OK);
  } catch {
    return null;
  }
  return run(path, [version]) === null ? null : path;
}

function get(program: SystemProgram, log: Log): string | null {
  log(`no ${program.names[0]} on the PATH: getting one from the packages of this system`);
  if (process.platform === 'darwin') {
    run('brew', ['install', ...program.brew]);
    return findOnPath(program);
  }
  if (process.getuid?.() !== 0) return unpack(program);
  if (program.isService) return unpack(program) ?? (run('apt-get', ['update']) === null ? null : unpack(program));
  const { packages } = program.debian;
  const install = () => run('apt-get', ['install', '-y', '--no-install-recommends', ...packages]) !== null;
  // Package lists are often missing in a container.
  if (!install() && run('apt-get', ['update']) !== null) install();
  return findOnPath(program);
}

const cache = () => join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'vcecom');
const unpackedFolder = ({ names }: SystemProgram) => join(cache(), names[0]);
const unpacked = (program: SystemProgram) => join(unpackedFolder(program), program.names[0]);

/** Unpacks Debian packages and missing libraries without installing them, which does not need root. */
function unpack(program: SystemProgram): string | null {
  const { packages } = program.debian;
  const plan = run('apt-get', ['--simulate', 'install', '--no-install-recommends', ...packages]);
  if (plan === null) return null;
  const missing = [...plan.matchAll(/^Inst (\S+)/gm)].map((match) => match[1] ?? '');
  const folder = unpackedFolder(program);
  const unfinished = `${folder}.${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  run('apt-get', ['download', ...new Set([...packages, ...missing])], unfinished);
  for (const archive of globSync('*.deb', { cwd: unfinished })) {
    run('dpkg', ['-x', archive, '.'], unfinished);
    rmSync(join(unfinished, archive));
  }
  writeStarter(program, unfinished);
  rmSync(folder, { recursive: true, force: true });
  renameSync(unfinished, folder);
  if (ifWorking(program, unpacked(program))) return unpacked(program);
  rmSync(folder, { recursive: true, force: true }); // an incomplete download must not be used next time
  return null;
}

function writeStarter(program: SystemProgram, unfinished: string): void {
  const folder = unpackedFolder(program);
  const libraries = globSync('{usr/,}lib/*-linux-gnu*', { cwd: unfinished }).map((path) => join(folder, path));
  const binary = join(folder, program.debian.binary);
  const script = `#!/bin/sh\nLD_LIBRARY_PATH='${libraries.join(':')}' exec '${binary}' "$@"\n`;
  writeFileSync(join(unfinished, program.names[0]), script);
  chmodSync(join(unfinished, program.names[0]), 0o755);
}

/** Returns the output of the command; null if it failed. */
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
