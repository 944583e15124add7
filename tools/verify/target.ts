import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { layered, secretsOf } from '../stack/environment.ts';

/** Returns the settings of a stack of bin/dev from its run.json; variables of the environment override its secrets. */
export function readTarget(folder: string): NodeJS.ProcessEnv {
  const dataDir = resolve(process.env.INIT_CWD ?? '.', folder);
  const { processes } = JSON.parse(readFileSync(join(dataDir, 'run.json'), 'utf8')) as {
    processes: { postgres: { url: string }; simulator: { url: string }[] };
  };
  const addresses = {
    DATABASE_URL: processes.postgres.url,
    DATABASE_READ_URL: undefined,
    STRIPE_API_URL: processes.simulator[0]?.url,
  };
  return layered(secretsOf(dataDir), process.env, addresses);
}
