import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { secretsOf } from '../stack/environment.ts';

/** The settings of a stack that bin/dev runs, from its run.json; what the environment says about keys still counts. */
export function readTarget(folder: string): NodeJS.ProcessEnv {
  const dataDir = resolve(process.env.INIT_CWD ?? '.', folder);
  const { processes } = JSON.parse(readFileSync(join(dataDir, 'run.json'), 'utf8')) as {
    processes: { postgres: { url: string }; simulator: { url: string }[] };
  };
  return {
    ...secretsOf(dataDir),
    ...process.env,
    DATABASE_URL: processes.postgres.url,
    STRIPE_API_URL: processes.simulator[0]?.url,
  };
}
