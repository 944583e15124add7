import { readFileSync } from 'node:fs';

/** The variables of a process, and why some of them cannot be used: one reason per setting. */
export interface Environment {
  env: NodeJS.ProcessEnv;
  problems: ReadonlyMap<string, string>;
}

/** The port of `METRICS_ADDRESS=127.0.0.1:PORT+1000`. */
const ABOVE_PORT = /:PORT\+(\d{1,5})$/;

/**
 * Completes the variables of a process. Where NAME_FILE is set for one of the `secrets`, NAME is the text of that file
 * without white space at its end, as containers mount secrets. A metrics port `PORT+n` is n above the PORT of the
 * process, because process managers give each process a PORT of its own. Empty variables count as absent.
 */
export function completeEnvironment(given: NodeJS.ProcessEnv, secrets: readonly string[]): Environment {
  const portAbove = (_: string, more: string) => `:${Number(given.PORT || 3_000) + Number(more)}`;
  const env = { ...given, METRICS_ADDRESS: given.METRICS_ADDRESS?.replace(ABOVE_PORT, portAbove) };
  const problems = new Map<string, string>();
  for (const name of secrets) {
    const path = given[`${name}_FILE`];
    if (!path) continue;
    try {
      if (given[name]) problems.set(name, `${name}_FILE is set as well: remove one of them`);
      else Object.assign(env, { [name]: readSecret(path) });
    } catch (error) {
      const { code = 'is empty' } = error as NodeJS.ErrnoException;
      problems.set(name, `the file of ${name}_FILE, ${path}, cannot be used (${code})`);
    }
  }
  return { env, problems };
}

function readSecret(path: string): string {
  const text = readFileSync(path, 'utf8').trimEnd();
  if (!text) throw new Error('no secret');
  return text;
}
