import type { Database } from '../../infra/database/database.ts';
import type { Command } from '../../infra/queue/queue.ts';
import { NEXT_DELIVERY } from './outbox.ts';

/**
 * Parks a command: it stays in the outbox and in no queue, until `releaseCommands` takes it, or at the latest for a quarter
 * of an hour. Does nothing if its effect is committed.
 */
export async function parkCommand({ query }: Pick<Database, 'query'>, id: string): Promise<void> {
  await query(`update outbox set parked_at = now(), due_at = now() + interval '15 min' where id = $1`, [id]);
}

/** Takes the commands that were parked first. Concurrent relays skip each other's. */
export async function releaseCommands({ query }: Pick<Database, 'query'>, limit: number): Promise<Command[]> {
  const released = await query<Command>(
    `update outbox set parked_at = null, due_at = ${NEXT_DELIVERY}, deliveries = deliveries + 1
      where id in (select id from outbox where parked_at is not null order by parked_at limit $1 for update skip locked)
      returning id, queue, name, payload, trace`,
    [limit],
  );
  return released.map(({ id, queue, name, payload, trace }) => ({ id, queue, name, payload, trace, isBacklog: true }));
}
