import type { Database } from '../../infra/database/database.ts';
import type { Command } from '../../infra/queue/queue.ts';
import { NEXT_DELIVERY } from './outbox.ts';

/**
 * Parks a command: it stays in the outbox and in no queue, until `releaseCommands` takes it. Does nothing if its effect
 * is committed. A worker of a release that does not know `parked_at` delivers it after a quarter of an hour.
 */
export async function parkCommand({ query }: Pick<Database, 'query'>, id: string): Promise<void> {
  await query(`update outbox set parked_at = now(), due_at = now() + interval '15 min' where id = $1`, [id]);
}

/**
 * Takes the commands that were parked first. Concurrent relays skip each other's. A job leaves its queue after its command is
 * parked, and until then it would swallow a new delivery: so a command stays parked for a second at least.
 */
export async function releaseCommands({ query }: Pick<Database, 'query'>, limit: number): Promise<Command[]> {
  const released = await query<Command>(
    `update outbox set parked_at = null, due_at = ${NEXT_DELIVERY}
      where id in (select id from outbox where parked_at < now() - interval '1 s'
        order by parked_at limit $1 for update skip locked)
      returning id, queue, name, payload, trace`,
    [limit],
  );
  return released.map(({ id, queue, name, payload, trace }) => ({ id, queue, name, payload, trace, isBacklog: true }));
}
