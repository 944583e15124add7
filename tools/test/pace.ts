import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

/** What one round takes on the two quiet cores that the deadlines of the tests were set on, in milliseconds. */
const REFERENCE_MS = 220;
const MOST = 10;

/** Counts for a while: work of which the time says how much of the processor one gets. */
const ROUND = `
  const { parentPort } = require('node:worker_threads');
  const startedAt = performance.now();
  let sum = 0;
  for (let i = 0; i < 30_000_000; i++) sum = (sum + Math.imul(i, i)) | 0;
  parentPort.postMessage(performance.now() - startedAt + (sum === 1 ? 1 : 0));`;

/**
 * How many times longer than on a quiet machine things take at this moment, from 1 to 10: deadlines of tests are multiplied
 * by it. Measured on all cores at once, as the tests use them.
 */
export async function measurePace(): Promise<number> {
  const rounds = Array.from({ length: availableParallelism() }, oneRound);
  const longest = Math.max(...(await Promise.all(rounds)));
  return Math.min(MOST, Math.max(1, longest / REFERENCE_MS));
}

function oneRound(): Promise<number> {
  return new Promise((done, fail) => {
    new Worker(ROUND, { eval: true }).once('message', done).once('error', fail);
  });
}
