import { errorFields, observe } from './observability/log.ts';

const DEADLINE_MS = 10_000;

/**
 * Stops the process on SIGTERM or SIGINT: the steps run one after the other, each to its end. What takes longer than
 * ten seconds altogether, besides `restMs` milliseconds in which nothing is expected to end, is cut off, and the exit code says so.
 * @returns how to stop for a reason of our own, with exit code 1.
 */
export function stopOnSignal(steps: readonly (() => Promise<unknown>)[], restMs = 0): (reason: string) => void {
  let isStopping = false;
  async function stop(reason: string, exitCode: number): Promise<void> {
    if (isStopping) return;
    isStopping = true;
    observe('process.stopping', { reason });
    setTimeout(() => {
      observe('process.stop.forced', { reason });
      process.exit(1);
    }, restMs + DEADLINE_MS).unref();
    for (const step of steps) await step().catch((error) => observe('process.stop.failed', errorFields(error)));
    observe('process.stopped', { reason });
    process.exit(exitCode);
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(signal, 0));
  return (reason) => void stop(reason, 1);
}
