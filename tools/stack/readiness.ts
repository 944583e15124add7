import { setTimeout as sleep } from 'node:timers/promises';
import { logTail } from '../embedded/processes.ts';
import type { Supervised } from './supervisor.ts';

export interface Awaited {
  process: Supervised;
  logFile: string;
  /** Whether the process is ready. */
  isReady(): boolean | Promise<boolean>;
}

const TIMEOUT_MS = 90_000;
const HOPELESS_FAILURES = 3;

/** Waits up to 90 s until a process is ready; throws early with the end of its log if it keeps failing at the start. */
export async function untilReady(awaited: Awaited, signal?: AbortSignal): Promise<void> {
  const deadline = Date.now() + TIMEOUT_MS;
  while (!(await awaited.isReady())) {
    signal?.throwIfAborted();
    const { process: supervised, logFile } = awaited;
    const hopeless = supervised.failures() >= HOPELESS_FAILURES;
    if (hopeless || Date.now() > deadline) {
      const why = hopeless ? 'keeps failing' : `is not ready after ${TIMEOUT_MS / 1000} s`;
      throw new Error(`${supervised.name} ${why}; ${logFile} ends with:\n${logTail(logFile)}`);
    }
    await sleep(50);
  }
}

/** Whether the URL answers 200 within two seconds. */
export async function answersOk(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.arrayBuffer();
    return response.status === 200;
  } catch {
    return false;
  }
}
