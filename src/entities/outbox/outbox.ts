import type { Database } from '../../infra/database/database.ts';
import { forAnyKeys } from '../../infra/database/groups/merged-statements.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { newId } from '../../infra/ids.ts';
import { observe } from '../../infra/observability/log.ts';
import { currentTrace, newTraceparent, type Trace } from '../../infra/observability/trace.ts';
import type { Command, JobContract, Queues } from '../../infra/queue/queue.ts';

/** Milliseconds after which the relay delivers an unfinished command again. */
const REDELIVER_AFTER_MS = 4_000;

/**
 * Stores a command with the transaction's other rows and dispatches it to its queue after the commit. All commands are
 * enqueued here. The row stays until the transaction that executes the command deletes it, so a crash of the process or
 * of the queue loses no command. `facts`: what the handler would have to read again, if it runs in this process.
 */
export function enqueue<P extends object>(
  tx: Tx,
  queues: Queues,
  { contract, payload, facts }: { contract: JobContract<P>; payload: P; facts?: object | undefined },
): void {
  const trace: Trace = currentTrace() ?? { requestId: newId(), traceparent: newTraceparent() };
  const command: Command = { id: newId(), queue: contract.queue, name: contract.name, payload, trace };
  const dueAt = new Date(tx.now.getTime() + REDELIVER_AFTER_MS);
  tx.append('outbox', { ...command, deliveries: 0, due_at: dueAt, created_at: tx.now });
  tx.afterCommit(() => queues.dispatch({ ...command, facts }));
}

const ACKNOWLEDGE = forAnyKeys(`delete from outbox where id = any($1) returning id`, 'id');

/**
 * Deletes a command from the outbox in the transaction of its effect.
 * @returns false if the effect was committed before; the caller must then do nothing.
 */
export async function acknowledge(tx: Tx, commandId: string): Promise<boolean> {
  return (await tx.query(ACKNOWLEDGE, [[commandId]])).length === 1;
}

/** SQL: the ids that commands in the outbox name by this key. Cheap, because the outbox is short. */
export const idsInOutbox = (key: string): string =>
  `(select payload ->> '${key}' from outbox where payload ? '${key}')`;

/** SQL: when the next delivery is due. Each one doubles the time to the next, up to 17 minutes. */
export const NEXT_DELIVERY = `now() + interval '4 s' * power(2, least(deliveries, 8))`;

export interface OutboxState {
  isEmpty: boolean;
  hasOverdue: boolean;
  hasParked: boolean;
}

/** What the relay has to do. Cheaper than empty claims. */
export async function readOutbox({ query }: Pick<Database, 'query'>): Promise<OutboxState> {
  const [state] = await query<OutboxState>(
    `select not exists (select from outbox) as "isEmpty",
      exists (select from outbox where due_at <= now() and parked_at is null) as "hasOverdue",
      exists (select from outbox where parked_at is not null) as "hasParked"`,
  );
  return state ?? { isEmpty: true, hasOverdue: false, hasParked: false };
}

/** Makes a command overdue. @returns whether it is still in the outbox */
export const recallCommand = async (tx: Tx, id: string): Promise<boolean> =>
  (await tx.query(`update outbox set due_at = now() where id = $1 returning id`, [id])).length > 0;

/**
 * Makes every command overdue that is not parked, for when the queues may have lost them. @returns the number of commands
 */
export async function recallCommands({ query }: Pick<Database, 'query'>): Promise<number> {
  return (await query(`update outbox set due_at = now(), deliveries = 0 where parked_at is null returning id`)).length;
}

/**
 * Claims overdue commands; parked ones wait for their release. A command that waits long in its queue is not lost, and
 * redelivery costs more than it helps: so the time to the next claim grows. Concurrent relays skip the claimed rows.
 */
export async function claimOverdue(tx: Tx, limit: number): Promise<Command[]> {
  const claimed = await tx.query<Command & { deliveries: number }>(
    `update outbox set deliveries = deliveries + 1, due_at = ${NEXT_DELIVERY}
      where id in (select id from outbox where due_at <= now() and parked_at is null
        order by due_at limit $1 for update skip locked)
      returning id, queue, name, payload, trace, deliveries`,
    [limit],
  );
  if (claimed.length > 0) observe('outbox.claimed', { count: claimed.length });
  return claimed.map(({ id, queue, name, payload, trace, deliveries }) => {
    return { id, queue, name, payload, trace, isRedelivered: deliveries > 0 };
  });
}
