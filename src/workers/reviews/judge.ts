import { join } from 'node:path';
import pLimit from 'p-limit';
import type { Piscina } from 'piscina';
import { HELD, type Judged, type Verdict } from '../../domain/reviews/moderate.ts';
import type { ReviewPolicy } from '../../domain/reviews/policy.ts';
import { observe } from '../../infra/observability/log.ts';
import type { Task } from './judge-thread.ts';

/**
 * Time limit of a verdict, in milliseconds. A verdict takes a few milliseconds; the first one also loads the
 * dictionaries.
 */
const LIMIT_MS = 20_000;
/** Lifetime of an idle thread, in milliseconds. */
const IDLE_MS = 60_000;

export interface Judge {
  /** Judges a review in a thread. After 20 s without a verdict the review is held for a person. */
  judge(review: Judged, policy: ReviewPolicy): Promise<Verdict>;
  close(): Promise<void>;
}

/**
 * @param options.filename the module that runs in the thread; its default export takes a `Task` and returns a
 * `Verdict`.
 */
export function openJudge({
  filename = join(import.meta.dirname, 'judge-thread.ts'),
  limitMs = LIMIT_MS,
}: {
  filename?: string;
  limitMs?: number;
} = {}): Judge {
  let pool: Promise<Piscina<Task, Verdict>> | undefined;
  // One review at a time, so that the time limit of a review does not include its wait.
  const oneByOne = pLimit(1);
  const judgeNow = async (task: Task): Promise<Verdict> => {
    pool ??= import('piscina').then(
      ({ Piscina }) => new Piscina({ filename, minThreads: 0, maxThreads: 1, idleTimeout: IDLE_MS }),
    );
    const signal = AbortSignal.timeout(limitMs);
    try {
      return await (await pool).run(task, { signal });
    } catch (error) {
      if (!signal.aborted) throw error;
      observe('review.judging.timed_out', { ms: limitMs });
      return HELD;
    }
  };
  return {
    judge: (review, policy) => oneByOne(judgeNow, { review, policy }),
    async close() {
      await (await pool)?.destroy();
    },
  };
}
