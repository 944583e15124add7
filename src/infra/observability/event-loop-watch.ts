import { url as inspectorUrl } from 'node:inspector';
import { Worker } from 'node:worker_threads';

const BEAT_MS = 1_000;
/** An event loop that stands for so many seconds does not come back: what it was at would only be begun again. */
const LONGEST_STAND_SECONDS = 30;

/**
 * Kills the process when its event loop stands for 30 seconds, from a thread of its own: nothing else in the process could.
 * Its process manager starts it again; other processes take over its jobs and repeat its transactions.
 */
export function watchEventLoop(longestSeconds = LONGEST_STAND_SECONDS): void {
  // Somebody who looks at it line by line stops it on purpose.
  if (inspectorUrl() !== undefined) return;
  const beats = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  setInterval(() => Atomics.add(beats, 0, 1), BEAT_MS).unref();
  const workerData = { beats, longestSeconds, beatMs: BEAT_MS };
  new Worker(`(${guard})(require)`, { eval: true, workerData, execArgv: [], name: 'event-loop-watch' }).unref();
}

/** Runs in the thread, from its text alone. It counts its own turns, since a machine that slept makes no beat either. */
function guard(require: NodeJS.Require): void {
  const { workerData } = require('node:worker_threads') as typeof import('node:worker_threads');
  const { writeSync } = require('node:fs') as typeof import('node:fs');
  const { beats, longestSeconds, beatMs } = workerData as { beats: Int32Array; longestSeconds: number; beatMs: number };
  let [last, turns] = [0, 0];
  setInterval(() => {
    const now = Atomics.load(beats, 0);
    turns = now === last ? turns + 1 : 0;
    last = now;
    if (turns < longestSeconds) return;
    const fact = {
      level: 'error',
      message: 'process.event_loop.stuck',
      seconds: turns,
      timestamp: new Date().toISOString(),
    };
    writeSync(1, `${JSON.stringify(fact)}\n`);
    process.kill(process.pid, 'SIGKILL');
  }, beatMs);
}
