import { appendFileSync, closeSync, createReadStream, existsSync, fsyncSync, openSync, renameSync } from 'node:fs';
import { createInterface } from 'node:readline';

export interface Journal<Change> {
  /** Writes a change to the file before it returns, so that the change survives the death of this process. */
  append(change: Change): void;
  close(): void;
}

export interface Journalled<Change> {
  apply(change: Change): void;
  snapshot(): Iterable<Change>;
}

const LINES_PER_WRITE = 500;

/**
 * Replays the journal at `path` into the state, compacts the journal, and opens it for appending. Without a path it
 * stores nothing.
 * @throws Error when a line other than the last one cannot be read.
 */
export async function openJournal<Change>(
  path: string | undefined,
  state: Journalled<Change>,
): Promise<Journal<Change>> {
  if (path === undefined) return { append() {}, close() {} };
  if (existsSync(path)) await replay<Change>(path, state.apply);
  const file = compact(path, state.snapshot());
  return {
    append: (change) => appendFileSync(file, `${JSON.stringify(change)}\n`),
    close: () => closeSync(file),
  };
}

async function replay<Change>(path: string, apply: (change: Change) => void): Promise<void> {
  let number = 0;
  let torn = 0;
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    number += 1;
    // Only the last line may be incomplete: its request was killed before it was answered.
    if (torn > 0) throw new Error(`${path}:${torn}: not a line of a simulator's journal`);
    const change = parse<Change>(line);
    if (change === undefined) torn = number;
    else apply(change);
  }
}

function parse<Change>(line: string): Change | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Writes a new file and renames it, so that a kill at any time leaves one complete journal. */
function compact<Change>(path: string, changes: Iterable<Change>): number {
  const fresh = `${path}.new`;
  const file = openSync(fresh, 'w');
  let lines: string[] = [];
  const flush = () => {
    appendFileSync(file, lines.join(''));
    lines = [];
  };
  for (const change of changes) {
    lines.push(`${JSON.stringify(change)}\n`);
    if (lines.length === LINES_PER_WRITE) flush();
  }
  flush();
  fsyncSync(file);
  renameSync(fresh, path);
  return file;
}
