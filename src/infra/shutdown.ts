import { errorFields, observe } from './observability/log.ts';

const DEADLINE_MS = 10_000;

/**
 * Stops the process on SIGTERM or SIGINT: runs the steps one after the other. Exits with code 1 if they take longer
 * than ten seconds altogether, plus `restMs` milliseconds of planned waiting.
 * @returns a function that stops the process for another reason, with exit code 1.
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
