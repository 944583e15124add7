import { Redis } from 'ioredis';
import { queuePrefix } from '../../src/infra/queue/queue.ts';
import { JOBS } from '../../src/jobs/schedule.ts';

/** The counters of Redis and its queues since their start. */
export interface QueueCounts {
  redisCommands: number;
  /** Jobs that were added to a queue. */
  jobs: number;
}

export interface QueueCounters {
  read(): Promise<QueueCounts>;
  close(): Promise<void>;
}

/** Each queue numbers its jobs. */
const COUNTERS = [...new Set(JOBS.map(({ queue }) => `${queuePrefix(queue)}:${queue}:id`))];
const COMMANDS_OF_A_READING = 2;

export function openQueueCounters(redisUrl: string): QueueCounters {
  const redis = new Redis(redisUrl);
  redis.on('error', () => undefined); // the next command fails with it
  let ours = 0;
  return {
    async read() {
      const [info, numbers] = await Promise.all([redis.info('stats'), redis.mget(COUNTERS)]);
      const processed = Number(/total_commands_processed:(\d+)/.exec(info)?.[1] ?? 0);
      const before = ours;
      ours += COMMANDS_OF_A_READING;
      return { redisCommands: processed - before, jobs: numbers.reduce((sum, one) => sum + Number(one ?? 0), 0) };
    },
    close: async () => redis.disconnect(),
  };
}
