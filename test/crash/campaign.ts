import { availableParallelism } from 'node:os';
import { type CrashHarness, startCrashHarness } from './crash-harness.ts';

/** Something to be done to a stand; whatever it throws fails its test. */
export interface Trial {
  title: string;
  run(harness: CrashHarness): Promise<void>;
}

interface Planned extends Trial {
  outcome: PromiseWithResolvers<void>;
  isLong: boolean;
}

/**
 * Trials at once: one more than cores, as most of them wait for a lock to run out. With more of them the processes wait
 * for the cores, and a trial measures the other trials.
 */
const STANDS = availableParallelism() + 1;
const PATIENCE_MS = 400_000;

/** What nobody has begun yet. */
const planned: Planned[] = [];
let running: Promise<void> | undefined;

/**
 * Declares one test per trial. The trials of all files are worked off together, on a handful of stands, from the moment
 * the first suite begins; each test only waits for its own. `isLong`: is begun before the others.
 */
export function trials(list: readonly Trial[], { isLong = false } = {}): void {
  const own = list.map((trial) => ({ ...trial, isLong, outcome: Promise.withResolvers<void>() }));
  planned.push(...own);
  before('begin all trials', () => {
    running ??= workOff();
  });
  for (const { title, outcome } of own) {
    // A failure is reported by its own test, which may still be waiting for its turn.
    outcome.promise.catch(() => undefined);
    it(title, function () {
      this.timeout(PATIENCE_MS);
      return outcome.promise;
    });
  }
}

// Loaded by a test file at its top level, this is a root hook: it runs once, after the last test.
after('wait for the harnesses to stop', async function () {
  this.timeout(PATIENCE_MS);
  // Nothing is left, unless the run was broken off.
  planned.length = 0;
  await running;
});

async function workOff(): Promise<void> {
  planned.sort((a, b) => Number(b.isLong) - Number(a.isLong));
  const hands = Math.min(STANDS, planned.length);
  try {
    await Promise.all((await Promise.all(Array.from({ length: hands }, () => startCrashHarness()))).map(workOn));
  } catch (error) {
    for (const { outcome } of planned) outcome.reject(error);
  }
}

async function workOn(first: CrashHarness): Promise<void> {
  let harness = first;
  for (let next = planned.shift(); next; next = planned.shift()) {
    try {
      await next.run(harness);
      next.outcome.resolve();
    } catch (error) {
      next.outcome.reject(error);
      // What it left behind is not the next trial's fault.
      await harness.stop();
      harness = await startCrashHarness();
    }
  }
  await harness.stop();
}
