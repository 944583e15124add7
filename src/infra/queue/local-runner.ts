import { failpoint } from '../failpoint.ts';
import { errorFields, observe } from '../observability/log.ts';
import { runWithTrace } from '../observability/trace.ts';
import type { Command } from './queue.ts';
import { type Handler, millisecondsSince, snooze } from './worker.ts';

/** Runs commands in this process, outside of the queues. */
export interface LocalRunner {
  /** Takes a command if a handler and capacity exist. @returns whether it was taken */
  take(command: Command): boolean;
  /** Resolves when all taken commands are finished. */
  idle(): Promise<unknown>;
}

/**
 * Runs commands in the process that created them, right after their commit, which saves the detour through the queue.
 * A command that fails goes to the queue; the relay delivers those that a crash loses.
 */
export function runLocally(
  handlers: readonly Handler[],
  options: { most: number; deliver(commands: readonly Command[]): Promise<void> },
): LocalRunner {
  const byName = new Map(handlers.map((entry) => [entry.name, entry]));
  const running = new Set<Promise<void>>();
  async function run(entry: Handler, command: Command): Promise<void> {
    const context = { commandId: command.id, isTakeover: false, starts: 1, progress: () => undefined };
    let isRedelivered = false;
    const startedAt = performance.now();
    const outcome = await runWithTrace(command.trace, () => entry.run(command.payload, context)).catch((error) => {
      observe('command.retried', { command: command.name, commandId: command.id, ...errorFields(error) });
      // The handler did not end regularly.
      isRedelivered = true;
      return snooze(0);
    });
    const { id: jobId, name: job, queue } = command;
    observe(`job.${outcome.kind}`, {
      queue,
      job,
      jobId,
      tookMs: millisecondsSince(startedAt),
      waitedMs: 0,
      ...outcome,
    });
    failpoint(`${command.name}.before-ack`);
    if (outcome.kind === 'snooze') await options.deliver([{ ...command, isRedelivered }]).catch(() => undefined);
  }
  return {
    take(command) {
      const entry = byName.get(command.name);
      if (!entry || running.size >= options.most) return false;
      const one = run(entry, command).finally(() => running.delete(one));
      running.add(one);
      return true;
    },
    idle: () => Promise.all(running),
  };
}
