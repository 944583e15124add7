import type { Database } from '../../infra/database/database.ts';
import { forAnyKeys } from '../../infra/database/groups/merged-statements.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { newId } from '../../infra/ids.ts';
import { observe } from '../../infra/observability/log.ts';
import { currentTrace, newTraceparent, type Trace } from '../../infra/observability/trace.ts';
import type { Command, JobContract, Queues } from '../../infra/queue/queue.ts';

/** How long a worker may take over a command before the relay delivers it again, in milliseconds. */
const REDELIVER_AFTER_MS = 4_000;

/**
 * The one door to the queues: stores a command with the transaction's other rows and hands it to its queue after the
 * commit. The row stays until the transaction that carries the command out deletes it, so nothing between here and
 * there can lose it: not the process, not the queue.
 */
export function enqueue<P extends object>(
  tx: Tx,
  queues: Queues,
  { contract, payload }: { contract: JobContract<P>; payload: P },
): void {
  const trace: Trace = currentTrace() ?? { requestId: newId(), traceparent: newTraceparent() };
  const command: Command = { id: newId(), queue: contract.queue, name: contract.name, payload, trace };
  const dueAt = new Date(tx.now.getTime() + REDELIVER_AFTER_MS);
  tx.append('outbox', { ...command, deliveries: 0, due_at: dueAt, created_at: tx.now });
  tx.afterCommit(() => queues.handOver(command));
}

const ACKNOWLEDGE = forAnyKeys(`delete from outbox where id = any($1) returning id`, 'id');

/**
 * Takes a command out of the outbox together with its effect.
 * @returns false when its effect was committed before: whoever asks must then do nothing.
 */
export async function acknowledge(tx: Tx, commandId: string): Promise<boolean> {
  return (await tx.query(ACKNOWLEDGE, [[commandId]])).length === 1;
}

/** Whether there is a command that no worker has finished in time: cheaper to ask than to claim nothing. */
export const hasOverdue = async ({ query }: Pick<Database, 'query'>): Promise<boolean> =>
  (await query(`select 1 from outbox where due_at <= now() limit 1`)).length > 0;

/** Makes every command overdue, as if it had never been delivered: the queues may have lost them all. @returns how many there are */
export async function recallCommands({ query }: Pick<Database, 'query'>): Promise<number> {
  return (await query(`update outbox set due_at = now(), deliveries = 0 returning id`)).length;
}

/**
 * Claims the commands that no worker has finished in time; each claim waits twice as long for the next, at most 17 minutes:
 * a command that has waited in its queue for so long is not lost, and delivering it again costs more than it helps.
 * Other relays skip what this one holds.
 */
export async function claimOverdue(tx: Tx, limit: number): Promise<Command[]> {
  const claimed = await tx.query<Command & { deliveries: number }>(
    `update outbox set deliveries = deliveries + 1,
        due_at = now() + interval '4 s' * power(2, least(deliveries, 8))
      where id in (select id from outbox where due_at <= now() order by due_at limit $1 for update skip locked)
      returning id, queue, name, payload, trace, deliveries`,
    [limit],
  );
  if (claimed.length > 0) observe('outbox.claimed', { count: claimed.length });
  return claimed.map(({ id, queue, name, payload, trace, deliveries }) => {
    return { id, queue, name, payload, trace, isRedelivered: deliveries > 0 };
  });
}
