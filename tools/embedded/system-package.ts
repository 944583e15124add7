import { spawnSync } from 'node:child_process';
import { accessSync, chmodSync, constants, globSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

type Log = (line: string) => void;

/** A program, and the packages of the system that bring it. It must answer `--version`. */
export interface SystemProgram {
  /** What it is called on a PATH, best first. */
  names: readonly [string, ...string[]];
  /** Where it may lie outside of the PATH. */
  places?: readonly string[];
  /** Packages of Debian and Ubuntu, and where in them the program itself lies. */
  debian: { packages: readonly string[]; binary: string };
  /** What brings it on macOS, for brew. */
  brew: readonly string[];
}

/**
 * The path of the program: from the PATH, else one that is got now from the system's packages: installed by root or brew,
 * unpacked into the cache folder of an ordinary user. Null when there is no way.
 */
export function systemProgram(program: SystemProgram, log: Log): string | null {
  return found(program) ?? working(unpacked(program)) ?? get(program, log);
}

function found({ names, places = [] }: SystemProgram): string | null {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  const candidates = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...candidates, ...places].find(working) ?? null;
}

/** Being there is not enough: Ubuntu has programs that only say which snap to install. */
function working(path: string): string | null {
  try {
    accessSync(path, constants.X_OK);
  } catch {
    return null;
  }
  return run(path, ['--version']) === null ? null : path;
}

function get(program: SystemProgram, log: Log): string | null {
  log(`no ${program.names[0]} on the PATH: getting one from the packages of this system`);
  if (process.platform === 'darwin') {
    run('brew', ['install', ...program.brew]);
    return found(program);
  }
  if (process.getuid?.() !== 0) return unpack(program);
  const { packages } = program.debian;
  const install = () => run('apt-get', ['install', '-y', '--no-install-recommends', ...packages]) !== null;
  // Package lists are often missing in a container.
  if (!install() && run('apt-get', ['update']) !== null) install();
  return found(program);
}

const cache = () => join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'vcecom');
const unpackedFolder = ({ names }: SystemProgram) => join(cache(), names[0]);
const unpacked = (program: SystemProgram) => join(unpackedFolder(program), program.names[0]);

/** Debian's packages without installing them, for which nobody needs to be root: its own and the libraries that are not there. */
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
  if (working(unpacked(program))) return unpacked(program);
  rmSync(folder, { recursive: true, force: true }); // a half download must not be taken for the program the next time
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
