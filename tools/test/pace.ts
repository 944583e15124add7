import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

/** Duration of one round on the reference machine of the test deadlines (two idle cores), in milliseconds. */
const REFERENCE_MS = 220;
const MOST = 10;

/** CPU-bound work whose duration shows the available CPU. */
const ROUND = `
  const { parentPort } = require('node:worker_threads');
  const startedAt = performance.now();
  let sum = 0;
  for (let i = 0; i < 30_000_000; i++) sum = (sum + Math.imul(i, i)) | 0;
  parentPort.postMessage(performance.now() - startedAt + (sum === 1 ? 1 : 0));`;

/**
 * Measures how many times slower the machine is than the reference, from 1 to 10; test deadlines are multiplied by it.
 * It uses all cores at once, like the tests.
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
