import { ConfigError } from './infra/config.ts';
import { errorFields, observe } from './infra/log.ts';

/**
 * One function per kind of process. What they are put together from stands in src/main/; a process loads nothing that only
 * another needs, so that it is back soon after it was killed.
 */
const PROCESSES: Record<string, () => Promise<void>> = {
  web: async () => (await import('./main/web.ts')).web(),
  worker: async () => (await import('./main/worker.ts')).worker(),
  simulator: async () => (await import('./main/simulator.ts')).simulator(),
  migrate: async () => (await import('./main/migrate.ts')).migrateOnce(),
};

const name = process.argv[2] ?? '';
const start = PROCESSES[name];
if (!start) {
  console.error(`usage: node src/main.ts ${Object.keys(PROCESSES).join('|')}; there is no process "${name}"`);
  process.exit(2);
}
start().catch((error) => {
  if (error instanceof ConfigError) console.error(error.message);
  else observe('process.start.failed', { process: name, ...errorFields(error) });
  process.exit(1);
});
