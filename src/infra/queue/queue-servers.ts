import { Cluster, type Redis } from 'ioredis';
import type { RedisClient } from '../redis/connections.ts';

/** The server that holds the queues, or the nodes of a cluster that do. */
export interface QueueServers {
  /** Whether every server accepts writes: none is a replica, and neither disk nor memory of one is full. */
  isWritable(): Promise<boolean>;
  /**
   * Whether a server may have lost commands: it was emptied, restarted (perhaps with older data) or replaced.
   * @throws Error when one does not answer.
   */
  mayHaveLost(): Promise<boolean>;
  /** Marks that the servers have received all commands. @throws Error when one does not accept the mark. */
  markDelivered(): Promise<void>;
}

/** Keys with the run id of the server that received all commands: another run may have other data. */
const MARK = 'vcecom:queues:kept';
const WRITE_PROBE = 'vcecom:ready';
const PROBE_KEPT_MS = 10_000;

/** `hashTags`: the key prefixes of the queues, each of which is on one node of a cluster. */
export function openQueueServers(redis: RedisClient, hashTags: readonly string[]): QueueServers {
  const prefixes = redis instanceof Cluster ? hashTags.map((tag) => `${tag}:`) : [''];
  const probes = prefixes.map((prefix) => prefix + WRITE_PROBE);
  const isWritten = async (key: string) => (await redis.set(key, '1', 'PX', PROBE_KEPT_MS)) === 'OK';
  return {
    isWritable: async () => redis.status === 'ready' && (await Promise.all(probes.map(isWritten))).every(Boolean),
    ...(redis instanceof Cluster ? marksOfNodes(redis, prefixes) : markOfServer(redis)),
  };
}

type Marks = Pick<QueueServers, 'mayHaveLost' | 'markDelivered'>;

function markOfServer(redis: Redis): Marks {
  let run: string | undefined;
  redis.on('close', () => {
    run = undefined;
  });
  const runOfServer = async (): Promise<string> => {
    run ??= /^run_id:(\w+)/m.exec(await redis.info('server'))?.[1] ?? 'unknown';
    return run;
  };
  return {
    mayHaveLost: async () => (await redis.get(MARK)) !== (await runOfServer()),
    async markDelivered() {
      await redis.set(MARK, await runOfServer());
    },
  };
}

/** Both run on the node that holds the key, whichever that is by now. */
const RUN_ID = `string.match(redis.call('info', 'server'), 'run_id:(%w+)')`;
const IS_MARKED = `return redis.call('get', KEYS[1]) == ${RUN_ID} and 1 or 0`;
const SET_MARK = `return redis.call('set', KEYS[1], ${RUN_ID})`;

function marksOfNodes(redis: Cluster, prefixes: readonly string[]): Marks {
  const run = (script: string) => Promise.all(prefixes.map((prefix) => redis.eval(script, 1, prefix + MARK)));
  return {
    mayHaveLost: async () => (await run(IS_MARKED)).includes(0),
    async markDelivered() {
      await run(SET_MARK);
    },
  };
}
