import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** DIR/run.json: the addresses and pids of a stack; written when all is ready, and again when a pid changes. */
export interface RunFile {
  url: string;
  processes: {
    web: { pid: number; url: string }[];
    worker: { pid: number }[];
    simulator: { pid: number; url: string }[];
    /** pid null: an external server. */
    postgres: { pid: number | null; url: string };
    redis: { pid: number | null; url: string };
  };
  /** Variants of three in-stock items. */
  sample: string[];
}

const path = (dataDir: string) => join(dataDir, 'run.json');

/** Replaces the file atomically: a reader sees either the old or the new one. */
export function writeRunFile(dataDir: string, run: RunFile): void {
  const unfinished = `${path(dataDir)}.${process.pid}`;
  writeFileSync(unfinished, `${JSON.stringify(run, null, 2)}\n`);
  renameSync(unfinished, path(dataDir));
}

export function removeRunFile(dataDir: string): void {
  rmSync(path(dataDir), { force: true });
}
