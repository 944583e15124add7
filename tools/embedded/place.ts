import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmod,
  chown,
  cp,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  stat,
  symlink,
} from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { endProcess, processFacts } from './processes.ts';

/** The user that runs the database server. */
export interface ServerUser {
  name: string;
  uid: number;
  gid: number;
}

export interface Place {
  /** null: the server runs as the current user. */
  user: ServerUser | null;
  dataDir: string;
  /** Folder with bin, lib and share of the server. */
  nativeDir: string;
}

const OUTSIDE = '/var/tmp';

/**
 * Chooses the folders of the server. An ordinary user gets the wished folder. PostgreSQL refuses to run as root, so
 * root runs it as `postgres` or `nobody`. Folders that this user cannot reach (e.g. a clone in /root) are placed under
 * /var/tmp instead, with a name derived from the wished folder, so that the next start finds them again.
 */
export async function choosePlace(wished: string, native: string): Promise<Place> {
  const dataDir = resolve(wished);
  if (process.getuid?.() !== 0) return { user: null, dataDir, nativeDir: native };
  const user = serverUser();
  await mkdir(dirname(dataDir), { recursive: true }); // the umask decides the permissions, which are checked below
  const place = { user, dataDir, nativeDir: native };
  if (!(await canEnter(dirname(dataDir), user))) place.dataDir = await substituteFor(dataDir, user);
  if (!(await canUse(native, user))) place.nativeDir = await copyNative(native);
  return place;
}

/** Creates the data folder, accessible only to the server's user. */
export async function makeDataFolder(folder: string, user: ServerUser | null): Promise<void> {
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o700);
  if (user) await chown(folder, user.uid, user.gid);
}

/** Deletes a data folder and the folder under /var/tmp that was created for it. */
export async function removeData(dataDir: string): Promise<void> {
  const own = dirname(dataDir).startsWith(join(OUTSIDE, 'vcecom-'));
  await rm(own ? dirname(dataDir) : dataDir, { recursive: true, force: true });
}

function serverUser(): ServerUser {
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = [idOf('-u', name), idOf('-g', name)];
    if (uid !== null && gid !== null) return { name, uid, gid };
  }
  throw new Error('PostgreSQL refuses to run as root, and there is no user "postgres" or "nobody" to run it as');
}

function idOf(flag: '-u' | '-g', name: string): number | null {
  try {
    return Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  } catch {
    return null;
  }
}

/** Whether the user may enter the folder and all folders above it. */
async function canEnter(folder: string, user: ServerUser): Promise<boolean> {
  for (let path = folder; ; path = dirname(path)) {
    if (!allows(await stat(path), user, 0o1)) return false;
    if (path === dirname(path)) return true;
  }
}

async function canUse(native: string, user: ServerUser): Promise<boolean> {
  if (!(await canEnter(join(native, 'bin'), user))) return false;
  // A strict umask at installation also restricts the files.
  const probes = [join(native, 'bin', 'postgres'), join(native, 'share'), join(native, 'lib')];
  const facts = await Promise.all(probes.map((probe) => stat(probe)));
  return facts.every((one) => allows(one, user, 0o5));
}

function allows(facts: { mode: number; uid: number; gid: number }, user: ServerUser, bits: number): boolean {
  const shift = facts.uid === user.uid ? 6 : facts.gid === user.gid ? 3 : 0;
  return ((facts.mode >> shift) & bits) === bits;
}

/** Creates a folder under /var/tmp; throws when another user owns it. */
async function ownFolder(name: string): Promise<string> {
  const uid = process.getuid?.() ?? 0;
  const folder = join(OUTSIDE, `vcecom-${uid}-${name}`);
  await mkdir(folder, { recursive: true });
  const facts = await lstat(folder);
  if (!facts.isDirectory() || facts.uid !== uid) throw new Error(`${folder} belongs to another user: remove it`);
  await chmod(folder, 0o755);
  return folder;
}

/**
 * Returns the substitute of a wished folder, which becomes a link to it. If the link is missing, the wished folder was
 * deleted, so the data is deleted as well: otherwise it would reappear in a new clone at the same path.
 */
async function substituteFor(wished: string, user: ServerUser): Promise<string> {
  const folder = join(await ownFolder(`data-${digest(wished)}`), 'postgres');
  const found = await lstat(wished).catch(() => null);
  if (found?.isSymbolicLink() && (await readlink(wished)) === folder) return folder;
  if (found)
    throw new Error(`${wished} already exists, but user "${user.name}" cannot reach it: move it or choose another`);
  const pid = Number.parseInt(await readFile(join(folder, 'postmaster.pid'), 'utf8').catch(() => ''), 10);
  if (processFacts(pid)?.command.includes('postgres')) await endProcess(pid, 'SIGQUIT');
  await rm(folder, { recursive: true, force: true });
  await symlink(folder, wished);
  return folder;
}

async function copyNative(native: string): Promise<string> {
  const folder = await ownFolder(`native-${digest(`${native}:${(await stat(native)).mtimeMs}`)}`);
  const copy = join(folder, 'native');
  if (await stat(copy).catch(() => null)) return copy;
  const unfinished = join(folder, `copy-${process.pid}`);
  await cp(native, unfinished, { recursive: true, verbatimSymlinks: true });
  await openForAll(unfinished);
  // Of two concurrent starts the first rename wins; the other copy is deleted.
  await rename(unfinished, copy).catch(() => rm(unfinished, { recursive: true, force: true }));
  return copy;
}

async function openForAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await openForAll(path);
    else if (entry.isFile()) await chmod(path, (await stat(path)).mode & 0o100 ? 0o755 : 0o644);
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
