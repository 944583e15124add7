import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { endProcess, processFacts } from '../embedded/processes.ts';

interface Owned {
  pid: number;
  startedAt: string;
}
interface LockFile extends Owned {
  children: (Owned & { name: string })[];
}

const STOP_ORDER = ['web', 'worker', 'simulator'];

export interface FolderLock {
  /** Notes a child, so that whoever takes over after our sudden death can stop it. */
  note(name: string, pid: number): void;
  release(): void;
}

/**
 * One stack per data folder. Throws when a living process holds the folder; the lock of a dead one is taken over, after
 * its orphaned children have been stopped (they would work on the same database with old code and old ports).
 */
export async function lockFolder(dataDir: string, log: (line: string) => void): Promise<FolderLock> {
  mkdirSync(dataDir, { recursive: true });
  const file = join(dataDir, 'dev.lock');
  const mine: LockFile = { ...owned(process.pid), children: [] };
  const stale = claim(file, mine);
  if (stale) await stopOrphans(stale, log);
  return {
    note: (name, pid) => {
      mine.children = [...mine.children.filter(isRunning), { name, ...owned(pid) }];
      replace(file, mine);
    },
    release: () => rmSync(file, { force: true }),
  };
}

/** Answers the lock that was taken over, if any. */
function claim(file: string, mine: LockFile): LockFile | null {
  try {
    writeFileSync(file, JSON.stringify(mine), { flag: 'wx' });
    return null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const held = read(file);
  if (held && isRunning(held)) {
    throw new Error(
      `already running on this data folder (process ${held.pid}): stop it, or choose another with --data`,
    );
  }
  replace(file, mine);
  return held;
}

function read(file: string): LockFile | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as LockFile;
  } catch {
    return null;
  }
}

function replace(file: string, lock: LockFile): void {
  writeFileSync(`${file}.${process.pid}`, JSON.stringify(lock));
  renameSync(`${file}.${process.pid}`, file);
}

async function stopOrphans(stale: LockFile, log: (line: string) => void): Promise<void> {
  const rank = ({ name }: { name: string }) => STOP_ORDER.indexOf(name);
  for (const child of stale.children.filter(isRunning).sort((a, b) => rank(a) - rank(b))) {
    log(`stopping ${child.name} (process ${child.pid}), left over from a run that was killed`);
    await endProcess(child.pid, 'SIGTERM');
  }
}

function owned(pid: number): Owned {
  return { pid, startedAt: processFacts(pid)?.startedAt ?? '' };
}

function isRunning({ pid, startedAt }: Owned): boolean {
  return processFacts(pid)?.startedAt === startedAt;
}
