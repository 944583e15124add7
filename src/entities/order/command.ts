import type { OrderCommand } from '../../domain/states.ts';
import type { Query } from '../../infra/database/query.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { newId } from '../../infra/ids.ts';
import { currentTrace } from '../../infra/observability/trace.ts';

/** What somebody asked of an order. */
export interface AskedCommand {
  orderId: string;
  kind: OrderCommand;
  /** What the kind needs to know; its schema stands with the job. */
  work: object;
  /** `staff:<id>`, `key:<id>`, `customer:<id>` or `guest`. */
  actor: string;
  reason: string | null;
}

/** Appends a command that waits to be carried out. @returns its id */
export function askOfOrder(tx: Tx, { orderId, kind, work, actor, reason }: AskedCommand): string {
  const id = newId();
  const what = { id, order_id: orderId, kind, work, actor, reason, state: 'pending' };
  tx.append('order_commands', { ...what, request_id: currentTrace()?.requestId ?? null, created_at: tx.now });
  return id;
}

/** The ids of what a command made. */
export interface CommandResult {
  shipmentId?: string;
  refundId?: string;
  returnId?: string;
}

/** A command that nobody has decided yet. */
export async function loadCommand(query: Query, id: string): Promise<(AskedCommand & { id: string }) | undefined> {
  const [command] = await query<AskedCommand & { id: string }>(
    `select id, order_id as "orderId", kind, work, actor, reason from order_commands where id = $1 and state = 'pending'`,
    [id],
  );
  return command;
}

/** Writes down what became of a command; the first outcome stays. @returns whether it is this one */
export async function decideCommand(
  tx: Tx,
  { id, error }: { id: string; error: { code: string; details: object } | null },
): Promise<boolean> {
  const decided = await tx.query(
    `update order_commands set state = $2, error = $3, decided_at = $4 where id = $1 and state = 'pending' returning id`,
    [id, error ? 'refused' : 'done', error && JSON.stringify(error), tx.now],
  );
  return decided.length > 0;
}

/** Notes what a command made, in the transaction that decided it. */
export const recordResult = (tx: Tx, { id, result }: { id: string; result: CommandResult }): void =>
  tx.send(`update order_commands set result = $2 where id = $1`, [id, JSON.stringify(result)]);
