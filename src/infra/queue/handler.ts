import { UnrecoverableError } from 'bullmq';
import { safeParse } from 'zod';
import type { JobContract } from './queue.ts';

/**
 * The result of a job. A thrown error means: retry. `parked`: the command leaves its queue and waits in the outbox, until
 * what it needs is back.
 */
export type JobOutcome =
  | { kind: 'done' }
  | { kind: 'noop'; why: string }
  | { kind: 'snooze'; ms: number }
  | { kind: 'parked'; why: string }
  | { kind: 'refused'; code: string };

export const done: JobOutcome = { kind: 'done' };
export const noop = (why: string): JobOutcome => ({ kind: 'noop', why });
export const snooze = (ms: number): JobOutcome => ({ kind: 'snooze', ms });
export const parked = (why: string): JobOutcome => ({ kind: 'parked', why });
export const refusal = (code: string): JobOutcome => ({ kind: 'refused', code });

export interface JobContext {
  /** The id of the outbox row of this job. */
  commandId: string;
  /** Whether another worker began this job, did not end regularly, and may still be running it. */
  isTakeover: boolean;
  /** Number of starts of the job, including this one. */
  starts: number;
  /** What the transaction that enqueued the job passed on, if the job follows right after its commit in this process. */
  facts?: object | undefined;
  /** Reports the progress of a long job, for queue dashboards. */
  progress(done: number, of: number): void;
}

export interface Handler<Name extends string = string> {
  name: Name;
  queue: string;
  /** @throws UnrecoverableError when `data` does not match the contract. */
  run(data: object, context: JobContext): Promise<JobOutcome>;
}

/** Connects a contract with its handler; the contract defines the payload's type. */
export function handler<P, Name extends string>(
  contract: JobContract<P, Name>,
  run: (payload: P, context: JobContext) => Promise<JobOutcome>,
): Handler<Name> {
  return {
    name: contract.name,
    queue: contract.queue,
    async run(data, context) {
      const payload = safeParse(contract.payload, data);
      if (!payload.success) throw new UnrecoverableError(`payload of ${contract.name}: ${payload.error.message}`);
      return run(payload.data, context);
    },
  };
}
