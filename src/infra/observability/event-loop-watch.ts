import { url as inspectorUrl } from 'node:inspector';
import { Worker } from 'node:worker_threads';
import { identity } from './identity.ts';

const BEAT_MS = 1_000;
/** An event loop that is blocked for this many seconds does not recover. */
const MAX_BLOCKED_SECONDS = 30;

/**
 * Kills the process when its event loop is blocked for 30 seconds, from a separate thread: the main thread cannot do
 * it. The process manager restarts it; other processes take over its jobs and repeat its transactions.
 */
export function watchEventLoop(maxSeconds = MAX_BLOCKED_SECONDS): void {
  // A debugger blocks the event loop on purpose.
  if (inspectorUrl() !== undefined) return;
  const beats = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  setInterval(() => Atomics.add(beats, 0, 1), BEAT_MS).unref();
  const workerData = { beats, maxSeconds, beatMs: BEAT_MS, identity };
  new Worker(`(${monitorBeats})(require)`, { eval: true, workerData, execArgv: [], name: 'event-loop-watch' }).unref();
}

/**
 * Runs in the thread, from its source text alone. It counts its own intervals: a suspended machine stops both threads.
 */
function monitorBeats(require: NodeJS.Require): void {
  const { workerData } = require('node:worker_threads') as typeof import('node:worker_threads');
  const { writeSync } = require('node:fs') as typeof import('node:fs');
  interface Watched {
    beats: Int32Array;
    maxSeconds: number;
    beatMs: number;
    identity: object;
  }
  const { beats, maxSeconds, beatMs, identity } = workerData as Watched;
  let [last, missedBeats] = [0, 0];
  setInterval(() => {
    const now = Atomics.load(beats, 0);
    missedBeats = now === last ? missedBeats + 1 : 0;
    last = now;
    if (missedBeats < maxSeconds) return;
    const fact = {
      timestamp: new Date().toISOString(),
      level: 'error',
      message: 'process.event_loop.stuck',
      ...identity,
      seconds: missedBeats,
    };
    writeSync(1, `${JSON.stringify(fact)}\n`);
    process.kill(process.pid, 'SIGKILL');
  }, beatMs);
}
