import { enableCompileCache, flushCompileCache } from 'node:module';
import { resolve } from 'node:path';

// A process that was killed is back in two thirds of the time. Where nothing can be written, nothing is kept.
enableCompileCache(resolve(import.meta.dirname, '..', 'node_modules', '.cache', 'compiled'));

/**
 * One function per kind of process. What they are put together from stands in src/main/; a process loads nothing that only
 * another needs, so that it is back soon after it was killed.
 */
const PROCESSES: ReadonlyMap<string, () => Promise<void>> = new Map([
  ['web', async () => (await import('./main/web.ts')).web()],
  ['worker', async () => (await import('./main/worker.ts')).worker()],
  ['simulator', async () => (await import('./main/simulator.ts')).simulator()],
  ['migrate', async () => (await import('./main/migrate.ts')).migrateOnce()],
]);

const name = process.argv[2] ?? '';
const start = PROCESSES.get(name);
if (!start) {
  console.error(`usage: node src/main.ts ${[...PROCESSES.keys()].join('|')}; there is no process "${name}"`);
  process.exit(2);
}
try {
  await start();
  flushCompileCache(); // by itself Node.js only does that at an orderly end
} catch (error) {
  const { tellOfFailedStart } = await import('./main/failed-start.ts');
  tellOfFailedStart(name, error);
  process.exit(1);
}
