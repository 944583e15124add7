import { resolve } from 'node:path';
import { signal as send } from '../embedded/processes.ts';
import type { Role } from './fleet.ts';
import {
  bringUp,
  type Complete,
  describe,
  publish,
  type Running,
  type StackOptions,
  serverOptions,
  takeDown,
} from './lifecycle.ts';
import { lockFolder } from './lock.ts';
import { type RunFile, removeRunFile } from './runfile.ts';
import { launchPostgres, launchRedis, relaunch } from './servers.ts';

export type { StackOptions } from './lifecycle.ts';
export type { RunFile } from './runfile.ts';

export interface Stack {
  url: string;
  simulatorUrl: string;
  databaseUrl: string;
  redisUrl: string;
  /** Variants of three in-stock items. */
  sample: string[];
  /** Returns the current addresses and pids. */
  run(): RunFile;
  /**
   * Signals the first process of that name (default SIGKILL). Our own restart within 2 s; redis and postgres do not.
   */
  kill(name: Role | 'redis' | 'postgres', signal?: NodeJS.Signals): void;
  restartRedis(): Promise<void>;
  restartPostgres(): Promise<void>;
  /** Restarts web, worker and simulator with new code. */
  reload(): Promise<void>;
  /** Stops web, worker, simulator, then the embedded servers. */
  stop(): Promise<void>;
}

/**
 * Starts a complete shop on this machine: servers, schema, demonstration data, simulator, web and worker processes.
 * Resolves when all are ready. On a failure it stops everything and throws an error with the end of the relevant log.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const dataDir = resolve(options.dataDir);
  const log = options.log ?? (() => {});
  const running: Running = { dataDir, options, log, lock: await lockFolder(dataDir, log), isReady: false };
  try {
    removeRunFile(dataDir);
    return stackOf(await bringUp(running));
  } catch (error) {
    await takeDown(running);
    throw error;
  }
}

function stackOf(running: Complete): Stack {
  const { addresses, servers, fleet } = running;
  return {
    url: addresses.webUrls[0] ?? '',
    simulatorUrl: addresses.simulatorUrl,
    databaseUrl: addresses.databaseUrl,
    redisUrl: addresses.redisUrl,
    sample: running.sample,
    run: () => describe(running),
    kill: (name, signal = 'SIGKILL') => {
      if (name !== 'redis' && name !== 'postgres') return fleet.of(name)[0]?.kill(signal);
      const pid = servers[name].embedded?.pid;
      if (!pid) throw new Error(`${name} is not ours to kill`);
      send(pid, signal);
    },
    restartRedis: async () => {
      servers.redis.embedded = await relaunch(servers.redis.embedded, (port) =>
        launchRedis(serverOptions(running), port),
      );
      publish(running);
    },
    restartPostgres: async () => {
      servers.postgres.embedded = await relaunch(servers.postgres.embedded, (port) =>
        launchPostgres(serverOptions(running), port),
      );
      publish(running);
    },
    reload: () => fleet.reload(),
    stop: () => takeDown(running),
  };
}
