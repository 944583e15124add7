import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** The settings of a stack that bin/dev runs, from its run.json; what the environment says about keys still counts. */
export function readTarget(folder: string): NodeJS.ProcessEnv {
  const file = resolve(process.env.INIT_CWD ?? '.', folder, 'run.json');
  const { processes } = JSON.parse(readFileSync(file, 'utf8')) as {
    processes: { postgres: { url: string }; simulator: { url: string }[] };
  };
  return {
    STRIPE_SECRET_KEY: 'sk_test_development',
    STRIPE_WEBHOOK_SECRET: 'whsec_development',
    ...process.env,
    DATABASE_URL: processes.postgres.url,
    STRIPE_API_URL: processes.simulator[0]?.url,
  };
}
