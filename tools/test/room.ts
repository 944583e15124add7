import { chmodSync, mkdtempSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive } from '../embedded/processes.ts';

/** Where Linux keeps files in memory. */
const MEMORY = '/dev/shm';
/** What a run needs at most, and some more, in bytes. */
const ENOUGH = 4 * 1024 ** 3;

/**
 * Makes the folder that this run and all its processes use as TMPDIR: in memory where there is room, as a database is copied
 * there in a tenth of the time.
 * @returns how to remove it with all that is left in it
 */
export function makeRoom(): () => void {
  const place = isRoomy(MEMORY) ? MEMORY : tmpdir();
  sweep(place);
  const folder = mkdtempSync(join(place, `vcecom-test-${process.pid}-`));
  // PostgreSQL runs as a user of its own when we are root, and has to reach its data.
  chmodSync(folder, 0o755);
  process.env.TMPDIR = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}

function isRoomy(folder: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize >= ENOUGH;
  } catch {
    return false;
  }
}

/** What runs that were killed have left. */
function sweep(place: string): void {
  for (const name of readdirSync(place)) {
    const [, pid] = /^vcecom-test-(\d+)-/.exec(name) ?? [];
    if (pid && !isAlive(Number(pid))) rmSync(join(place, name), { recursive: true, force: true });
  }
}
