import { isAlive } from '../../src/infra/embedded/processes.ts';
import type { Stack } from '../stack/stack.ts';

const CHECK_MS = 1_000;
const PATIENCE_CHECKS = 5;

/**
 * Starts an embedded server again that has been dead for five seconds: long enough for a person who killed it on purpose to
 * see what an outage does, or to start it again by hand (that one is then adopted). Returns the function that ends the guard.
 */
export function guardServers(stack: Stack, log: (line: string) => void): () => void {
  const dead = { postgres: 0, redis: 0 };
  const restart = { postgres: stack.restartPostgres, redis: stack.restartRedis };
  const check = async (name: 'postgres' | 'redis') => {
    const { pid } = stack.run().processes[name];
    if (pid === null || isAlive(pid)) {
      dead[name] = 0;
      return;
    }
    dead[name] += 1;
    if (dead[name] === 1) log(`${name} died: it is started again in ${PATIENCE_CHECKS} s`);
    if (dead[name] !== PATIENCE_CHECKS) return;
    await restart[name]();
    log(`${name} runs again`);
  };
  const report = (error: unknown) => log(`cannot start again: ${error instanceof Error ? error.message : error}`);
  const timer = setInterval(() => {
    check('postgres').catch(report);
    check('redis').catch(report);
  }, CHECK_MS);
  return () => clearInterval(timer);
}
