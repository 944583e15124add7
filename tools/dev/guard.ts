import { isAlive } from '../embedded/processes.ts';
import type { Stack } from '../stack/stack.ts';

const CHECK_MS = 1_000;
const PATIENCE_CHECKS = 5;
/** The wait before a restart doubles up to this. */
const LONGEST_PATIENCE_CHECKS = 60;
/** Alive for so long, a server counts as repaired. */
const STABLE_CHECKS = 60;
const MOST_RESTARTS = 6;

type ServerName = 'postgres' | 'redis';
type GuardedStack = Pick<Stack, 'run' | 'restartPostgres' | 'restartRedis'>;

interface Guarded {
  name: ServerName;
  restart: () => Promise<void>;
  deadChecks: number;
  aliveChecks: number;
  /** Since the server was last stable. */
  restarts: number;
  hasGivenUp: boolean;
  /** The restart under way: until it ends, the process that died is no news. */
  restarting: Promise<void> | null;
}

/**
 * Starts an embedded server again that has been dead for five seconds: long enough for a person who killed it on purpose to
 * see what an outage does, or to start it again by hand (that one is then adopted). A server that dies again, or does not
 * start, is waited for twice as long each time, and given up after six restarts. Returns the function that ends the guard,
 * which waits for a restart under way: else nobody would stop the server that comes of it.
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
  else if (server.deadChecks === 1) log(`${server.name} died: it is started again in ${patience} s`);
}

function giveUp(server: Guarded, log: (line: string) => void): void {
  server.hasGivenUp = true;
  log(
    `${server.name} is down after ${server.restarts} restarts and is not started again: logs/${server.name}.log in the ` +
      'data folder says why. Stop with Ctrl-C and start anew when it is repaired',
  );
}

/** Never rejects: what goes wrong is logged, and the next check finds the server dead. */
async function restart(server: Guarded, log: (line: string) => void): Promise<void> {
  server.restarts += 1;
  server.deadChecks = 0;
  try {
    await server.restart();
    log(`${server.name} runs again`);
  } catch (error) {
    log(`${server.name} cannot be started again: ${error instanceof Error ? error.message : error}`);
  } finally {
    server.restarting = null;
  }
}
