import { isAlive } from '../embedded/processes.ts';
import type { Stack } from '../stack/stack.ts';

const CHECK_MS = 1_000;
const PATIENCE_CHECKS = 5;
/** The longest wait before a restart; the wait doubles each time. */
const LONGEST_PATIENCE_CHECKS = 60;
/** Number of successful checks after which a server counts as stable. */
const STABLE_CHECKS = 60;
const MOST_RESTARTS = 6;

type ServerName = 'postgres' | 'redis';
type GuardedStack = Pick<Stack, 'run' | 'restartPostgres' | 'restartRedis'>;

interface Guarded {
  name: ServerName;
  restart: () => Promise<void>;
  deadChecks: number;
  aliveChecks: number;
  /** Number of restarts since the server was last stable. */
  restarts: number;
  hasGivenUp: boolean;
  /** The running restart; checks are skipped until it ends. */
  restarting: Promise<void> | null;
}

/**
 * Restarts an embedded server that has been dead for five seconds. This leaves time to observe an outage after a
 * deliberate kill, or to restart the server manually (it is then adopted). The wait doubles each time a server dies
 * again or does not start; after six restarts the guard gives up. Returns a function that ends the guard and waits for
 * a running restart: otherwise nobody would stop the restarted server.
 */
export function guardServers(stack: GuardedStack, log: (line: string) => void): () => Promise<void> {
  const servers = [guarded('postgres', stack.restartPostgres), guarded('redis', stack.restartRedis)];
  const timer = setInterval(() => {
    for (const server of servers) check(server, stack.run().processes[server.name].pid, log);
  }, CHECK_MS);
  return async () => {
    clearInterval(timer);
    await Promise.all(servers.map(({ restarting }) => restarting));
  };
}

function guarded(name: ServerName, restart: () => Promise<void>): Guarded {
  return { name, restart, deadChecks: 0, aliveChecks: 0, restarts: 0, hasGivenUp: false, restarting: null };
}

function check(server: Guarded, pid: number | null, log: (line: string) => void): void {
  if (pid === null || server.hasGivenUp || server.restarting) return;
  if (isAlive(pid)) {
    server.deadChecks = 0;
    server.aliveChecks += 1;
    if (server.aliveChecks >= STABLE_CHECKS) server.restarts = 0;
    return;
  }
  server.aliveChecks = 0;
  server.deadChecks += 1;
  const patience = Math.min(PATIENCE_CHECKS * 2 ** server.restarts, LONGEST_PATIENCE_CHECKS);
  if (server.restarts >= MOST_RESTARTS) giveUp(server, log);
  else if (server.deadChecks >= patience) server.restarting = restart(server, log);
  else if (server.deadChecks === 1) log(`${server.name} died and will be restarted in ${patience} s`);
}

function giveUp(server: Guarded, log: (line: string) => void): void {
  server.hasGivenUp = true;
  log(
    `${server.name} is down after ${server.restarts} restarts and will not be restarted: see logs/${server.name}.log in the ` +
      'data folder. Stop with Ctrl-C, fix the cause and start again',
  );
}

/** Restarts a server. It never rejects: errors are logged, and the next check finds the server dead. */
async function restart(server: Guarded, log: (line: string) => void): Promise<void> {
  server.restarts += 1;
  server.deadChecks = 0;
  try {
    await server.restart();
    log(`${server.name} was restarted`);
  } catch (error) {
    log(`${server.name} cannot be restarted: ${error instanceof Error ? error.message : error}`);
  } finally {
    server.restarting = null;
  }
}
