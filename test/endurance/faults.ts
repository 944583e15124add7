import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { signal } from '../../tools/embedded/processes.ts';
import type { Stack } from '../../tools/stack/stack.ts';
import { blockDisk, fillConnections, freeze, makeReadOnly, type Repair } from '../support/server-faults.ts';
import { clearFaults, HOSTILE, setFaults } from '../support/simulator.ts';

/** Something that goes wrong with a stack, and is over when the promise resolves. */
export type Fault = (stack: Stack) => Promise<void>;

const HELD_MS = { shortest: 500, longest: 4_000 };

const hold = () => pause(HELD_MS.shortest + Math.random() * (HELD_MS.longest - HELD_MS.shortest));

/** A fault that lasts until it is repaired. */
const lasting =
  (begin: (stack: Stack) => Promise<Repair>): Fault =>
  async (stack) => {
    const repair = await begin(stack);
    await hold().finally(repair);
  };

const atRedis =
  (fault: (redis: Redis) => Promise<Repair | undefined>): Fault =>
  async (stack) => {
    const redis = new Redis(stack.redisUrl);
    try {
      const repair = await fault(redis);
      if (repair) await hold().finally(repair);
    } finally {
      redis.disconnect();
    }
  };

const killed =
  (role: 'web' | 'worker', name: NodeJS.Signals): Fault =>
  async (stack) => {
    const all = stack.run().processes[role];
    const one = all[Math.floor(Math.random() * all.length)];
    if (one?.pid) signal(one.pid, name);
  };

function fillPostgres(stack: Stack): Promise<Repair> {
  const { web, worker } = stack.run().processes;
  return fillConnections(
    stack.databaseUrl,
    [...web, ...worker].flatMap(({ pid }) => pid ?? []),
  );
}

const pidOf = (stack: Stack, server: 'postgres' | 'redis'): number => {
  const pid = stack.run().processes[server]?.pid;
  if (!pid) throw new Error(`${server} has no process of this stack`);
  return pid;
};

export const FAULTS: Record<string, Fault> = {
  'web is killed': killed('web', 'SIGKILL'),
  'web is asked to stop': killed('web', 'SIGTERM'),
  'worker is killed': killed('worker', 'SIGKILL'),
  'worker is asked to stop': killed('worker', 'SIGTERM'),
  'Redis is frozen': lasting((stack) => freeze(pidOf(stack, 'redis'))),
  'Redis is slow': atRedis(async (redis) => {
    for (let i = 0; i < 8; i++) await redis.call('CLIENT', 'PAUSE', '250', 'ALL').then(() => redis.ping());
    return undefined;
  }),
  'Redis is killed': lasting(async (stack) => {
    stack.kill('redis');
    return () => stack.restartRedis();
  }),
  'Redis is emptied': atRedis(async (redis) => {
    await redis.flushall();
    return undefined;
  }),
  'Redis became a replica': atRedis(async (redis) => {
    await redis.replicaof('127.0.0.1', 1);
    return async () => void (await redis.replicaof('NO', 'ONE'));
  }),
  'Redis cannot write to its disk': atRedis(blockDisk),
  'Postgres is frozen': lasting((stack) => freeze(pidOf(stack, 'postgres'))),
  'Postgres is killed': async (stack) => {
    stack.kill('postgres');
    await stack.restartPostgres();
  },
  'Postgres only reads': lasting((stack) => makeReadOnly(stack.databaseUrl)),
  'Postgres is full of connections': lasting(fillPostgres),
  'the provider is away': lasting(async ({ simulatorUrl }) => {
    await setFaults(simulatorUrl, { down: true });
    return () => setFaults(simulatorUrl, { down: false });
  }),
  'the provider is hostile': lasting(async ({ simulatorUrl }) => {
    await setFaults(simulatorUrl, HOSTILE);
    return () => clearFaults(simulatorUrl);
  }),
};
