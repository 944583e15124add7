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
  /** Records a child, so that the next owner of the lock can stop it if this process is killed. */
  note(name: string, pid: number): void;
  release(): void;
}

/**
 * Allows one stack per data folder. Throws when a running process holds the lock. Takes over the lock of a dead process
 * and stops its orphaned children first (they would use the same database with old code and ports).
 */
export async function lockFolder(dataDir: string, log: (line: string) => void): Promise<FolderLock> {
  mkdirSync(dataDir, { recursive: true });
  const file = join(dataDir, 'dev.lock');
  const mine: LockFile = { ...identityOf(process.pid), children: [] };
  const stale = claim(file, mine);
  if (stale) await stopOrphans(stale, log);
  return {
    note: (name, pid) => {
      mine.children = [...mine.children.filter(isRunning), { name, ...identityOf(pid) }];
      replace(file, mine);
    },
    release: () => rmSync(file, { force: true }),
  };
}

/** Returns the lock that was taken over, if any. */
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

function identityOf(pid: number): Owned {
  return { pid, startedAt: processFacts(pid)?.startedAt ?? '' };
}

function isRunning({ pid, startedAt }: Owned): boolean {
  return processFacts(pid)?.startedAt === startedAt;
}
