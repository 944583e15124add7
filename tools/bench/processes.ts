import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** CPU and memory of a process with all its children. */
export interface Usage {
  pid: number;
  processes: number;
  /** CPU time since the start in milliseconds, including ended children. */
  cpuMs: number;
  /** Resident memory in MB; memory that the processes share counts once. */
  rssMb: number;
}

interface Entry {
  pid: number;
  parent: number;
  /** CPU time of the process itself. */
  cpuMs: number;
  /** CPU time of its ended children. */
  endedMs: number;
}

/** Linux gives exact values; elsewhere `ps` is used, which does not include ended children. */
export const isExact = process.platform === 'linux';

/** Reads the usage of a process and its descendants from the operating system; null when it does not exist. */
export function usageOf(root: number): Usage | null {
  // A child that ends during the read moves to the ended children of its parent: read again until the values agree.
  let entries = entriesBelow(root);
  for (let looks = 0; looks < 5; looks += 1) {
    const latest = entriesBelow(root);
    if (endedBelow(latest) === endedBelow(entries)) break;
    entries = latest;
  }
  if (entries.length === 0) return null;
  const cpuMs = entries.reduce((sum, entry) => sum + entry.cpuMs, 0) + endedBelow(entries);
  return { pid: root, processes: entries.length, cpuMs, rssMb: memoryOf(entries.map(({ pid }) => pid)) };
}

const endedBelow = (entries: readonly Entry[]): number => entries.reduce((sum, { endedMs }) => sum + endedMs, 0);

function entriesBelow(root: number): Entry[] {
  const all = isExact ? entriesOfProc() : entriesOfPs();
  const byParent = Map.groupBy(all, ({ parent }) => parent);
  const found = all.filter(({ pid }) => pid === root);
  for (const entry of found) found.push(...(byParent.get(entry.pid) ?? []));
  return found;
}

const TICK_MS = isExact ? 1_000 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' })) : 0;

function entriesOfProc(): Entry[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    const stat = read(`/proc/${name}/stat`);
    if (!stat) return [];
    // The name in parentheses may contain blanks and parentheses: count the fields after it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const at = (index: number) => Number(fields[index]);
    return [
      {
        pid: Number(name),
        parent: at(1),
        cpuMs: (at(11) + at(12)) * TICK_MS,
        endedMs: (at(13) + at(14)) * TICK_MS,
      },
    ];
  });
}

function entriesOfPs(): Entry[] {
  const lines = execFileSync('ps', ['-axo', 'pid=,ppid=,time='], { encoding: 'utf8' }).trim().split('\n');
  return lines.map((line) => {
    const [pid, parent, time = ''] = line.trim().split(/\s+/);
    return { pid: Number(pid), parent: Number(parent), cpuMs: millisecondsOf(time), endedMs: 0 };
  });
}

/** Parses `[days-][hours:]minutes:seconds.hundredths` of ps. */
export function millisecondsOf(time: string): number {
  const [clock = '', days = '0'] = time.split('-').reverse();
  const seconds = clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
  return (Number(days) * 86_400 + seconds) * 1_000;
}

const KB_PER_MB = 1_024;

function memoryOf(pids: readonly number[]): number {
  const parts = pids.map((pid) => (isExact ? memoryOfProc(pid) : { own: residentOfPs(pid), shared: 0 }));
  return (parts.reduce((sum, { own }) => sum + own, 0) + Math.max(...parts.map(({ shared }) => shared))) / KB_PER_MB;
}

function memoryOfProc(pid: number): { own: number; shared: number } {
  const status = read(`/proc/${pid}/status`);
  const of = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
  return { own: of('RssAnon'), shared: of('RssFile') + of('RssShmem') };
}

function residentOfPs(pid: number): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }).trim());
}

/** Reads a file; returns an empty text if the process has ended meanwhile. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
