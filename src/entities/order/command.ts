import type { OrderCommand } from '../../domain/states.ts';
import type { Query } from '../../infra/database/query.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { newId } from '../../infra/ids.ts';
import { traceColumns } from '../../infra/observability/span.ts';

/** A requested change of an order. */
export interface RequestedCommand {
  orderId: string;
  kind: OrderCommand;
  /** The parameters; the job defines the schema of each kind. */
  work: object;
  /** `staff:<id>`, `key:<id>`, `customer:<id>` or `guest`. */
  actor: string;
  reason: string | null;
}

/** Appends a pending command. @returns its id */
export function appendOrderCommand(tx: Tx, { orderId, kind, work, actor, reason }: RequestedCommand): string {
  const id = newId();
  const what = { id, order_id: orderId, kind, work, actor, reason, state: 'pending' };
  tx.append('order_commands', { ...what, ...traceColumns(), created_at: tx.now });
  return id;
}

/** The ids of the rows that a command created. */
export interface CommandResult {
  shipmentId?: string;
  refundId?: string;
  returnId?: string;
}

/** Loads a pending command. */
export async function loadCommand(query: Query, id: string): Promise<(RequestedCommand & { id: string }) | undefined> {
  const [command] = await query<RequestedCommand & { id: string }>(
    `select id, order_id as "orderId", kind, work, actor, reason from order_commands where id = $1 and state = 'pending'`,
    [id],
  );
  return command;
}

/**
 * Records the outcome of a command; the first outcome is final.
 * @returns false if the command had an outcome already
 */
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

/** Stores the ids that a command created, in the transaction that decided it. */
export const recordResult = (tx: Tx, { id, result }: { id: string; result: CommandResult }): void =>
  tx.send(`update order_commands set result = $2 where id = $1`, [id, JSON.stringify(result)]);
