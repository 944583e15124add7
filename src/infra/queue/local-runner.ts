import { errorFields, observe } from '../observability/log.ts';
import { type JobResult, openExecutor, type WhenUnavailable } from './executor.ts';
import { type Handler, snooze } from './handler.ts';
import type { Command } from './queue.ts';

/** Runs commands in this process, outside of the queues. */
export interface LocalRunner {
  /** Takes a command if a handler and capacity exist. @returns whether it was taken */
  take(command: Command): boolean;
  /** Resolves when all taken commands are finished. */
  idle(): Promise<unknown>;
}

export interface LocalOptions {
  /** The most commands at a time. */
  most: number;
  deliver(commands: readonly Command[]): Promise<void>;
  whenUnavailable: WhenUnavailable;
}

/**
 * Runs commands in the process that created them, right after their commit, which saves the detour through the queue.
 * A command that fails or is snoozed goes to the queue; the relay delivers those that a crash loses.
 */
export function runLocally(
  handlers: readonly Handler[],
  { most, deliver, whenUnavailable }: LocalOptions,
): LocalRunner {
  const { hasHandler, execute } = openExecutor(handlers, whenUnavailable);
  const running = new Set<Promise<void>>();
  async function run(command: Command): Promise<void> {
    const { id: commandId, name, payload, trace, facts } = command;
    const startedAt = Date.now();
    const context = { commandId, isTakeover: false, starts: 1, waitedMs: 0, facts, progress: () => undefined };
    const { outcome, isRegularEnd } = await execute({ name, payload, trace, ...context }).catch((error): JobResult => {
      observe('job.retried', {
        queue: command.queue,
        job: name,
        jobId: commandId,
        tookMs: Date.now() - startedAt,
        ...errorFields(error),
      });
      return { outcome: snooze(0), isRegularEnd: false };
    });
    if (outcome.kind !== 'snooze') return;
    await deliver([{ ...command, isRedelivered: !isRegularEnd, delayMs: outcome.ms }]).catch(() => undefined);
  }
  return {
    take(command) {
      if (!hasHandler(command.name) || running.size >= most) return false;
      const one = run(command).finally(() => running.delete(one));
      running.add(one);
      return true;
    },
    idle: () => Promise.all(running),
  };
}
