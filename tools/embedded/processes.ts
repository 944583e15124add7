import { execFileSync } from 'node:child_process';
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Facts that distinguish a process from a later one with the same pid. */
export interface ProcessFacts {
  startedAt: string;
  command: string;
}

/** Returns the facts of a running process; null if there is none (a zombie counts as dead, it may never be reaped). */
export function processFacts(pid: number): ProcessFacts | null {
  if (!Number.isInteger(pid) || pid <= 0 || !answersSignals(pid)) return null;
  return process.platform === 'linux' ? factsFromProc(pid) : factsFromPs(pid);
}

export function isAlive(pid: number): boolean {
  return processFacts(pid) !== null;
}

/** Sends a signal; ignores a process that has already ended. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Waits until the process has ended; returns false if it still runs after `ms` milliseconds. */
export async function waitGone(pid: number, ms: number): Promise<boolean> {
  const deadline = Date.now() + ms;
  while (isAlive(pid)) {
    if (Date.now() >= deadline) return false;
    await sleep(20);
  }
  return true;
}

/** Sends `first`, waits up to `ms` milliseconds, then kills the process. */
export async function endProcess(pid: number, first: NodeJS.Signals, ms = 10_000): Promise<void> {
  signal(pid, first);
  if (await waitGone(pid, ms)) return;
  signal(pid, 'SIGKILL');
  await waitGone(pid, 5_000);
}

/** Returns the end of a log file, for an error message. */
export function logTail(file: string, bytes = 2_000): string {
  const fd = openSync(file, 'r');
  try {
    const size = fstatSync(fd).size;
    const buffer = Buffer.alloc(Math.min(bytes, size));
    readSync(fd, buffer, 0, buffer.length, size - buffer.length);
    return buffer.toString('utf8').trim();
  } finally {
    closeSync(fd);
  }
}

function answersSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function factsFromProc(pid: number): ProcessFacts | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may contain blanks and parentheses: count the fields after it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return null;
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    return { startedAt: fields[19] ?? '', command };
  } catch {
    return null;
  }
}

function factsFromPs(pid: number): ProcessFacts | null {
  try {
    const ps = (column: string) =>
      execFileSync('ps', ['-o', `${column}=`, '-p', String(pid)], { encoding: 'utf8' }).trim();
    if (ps('stat').startsWith('Z')) return null;
    return { startedAt: ps('lstart'), command: ps('command') };
  } catch {
    return null;
  }
}
