import { refused } from '../../../domain/errors.ts';
import type { ReturnState } from '../../../domain/states.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { newId } from '../../../infra/ids.ts';
import type { OrderLine, Units } from '../lines.ts';

/** Appends a return request. @returns its id */
export function openReturn(
  tx: Tx,
  { orderId, units, reason, by }: { orderId: string; units: readonly Units[]; reason: string; by: string },
): string {
  const id = newId();
  tx.append('returns', { id, order_id: orderId, state: 'requested', reason, requested_by: by, created_at: tx.now });
  for (const unit of units) tx.append('return_lines', { return_id: id, order_id: orderId, ...unit, restocked: 0 });
  return id;
}

/**
 * Returns a function that counts the returnable units of a line: shipped, not returned, and in no other open return.
 */
export async function returnable(tx: Tx, orderId: string): Promise<(line: OrderLine) => number> {
  const rows = await tx.query<Units & Record<string, unknown>>(
    `select l.line, sum(l.quantity)::int as quantity from return_lines l join returns r on r.id = l.return_id
      where r.order_id = $1 and r.state in ('requested', 'approved') group by l.line`,
    [orderId],
  );
  const open = new Map(rows.map(({ line, quantity }) => [line, quantity]));
  return ({ line, shipped, returned }) => shipped - returned - (open.get(line) ?? 0);
}

const FROM: Record<Exclude<ReturnState, 'requested'>, ReturnState[]> = {
  approved: ['requested'],
  rejected: ['requested'],
  withdrawn: ['requested', 'approved'],
  received: ['approved'],
};

/** Loads the lines of a return that may move to state `to`. @throws RETURN_NOT_FOUND, RETURN_STATE_CONFLICT */
export async function loadReturn(
  tx: Tx,
  { orderId, returnId, to }: { orderId: string; returnId: string; to: keyof typeof FROM },
): Promise<Units[]> {
  const [found] = await tx.query<{ state: ReturnState; lines: Units[] }>(
    `select state, (select json_agg(json_build_object('line', line, 'quantity', quantity) order by line)
        from return_lines where return_id = r.id) as lines from returns r where id = $1 and order_id = $2`,
    [returnId, orderId],
  );
  if (!found) throw refused('RETURN_NOT_FOUND', { returnId });
  if (!FROM[to].includes(found.state)) throw refused('RETURN_STATE_CONFLICT', { returnId, state: found.state });
  return found.lines;
}

/** Changes the state of a return under the order's lock. */
export const decideReturn = (tx: Tx, { returnId, to }: { returnId: string; to: ReturnState }): void =>
  tx.send(`update returns set state = $2, decided_at = $3 where id = $1`, [returnId, to, tx.now]);

/** Records the arrival of returned goods, with the restocked units and the refund. */
export async function receiveReturn(
  tx: Tx,
  { returnId, restocked, refundId }: { returnId: string; restocked: readonly Units[]; refundId: string | null },
): Promise<void> {
  await tx.query(`update returns set state = 'received', received_at = $2, refund_id = $3 where id = $1`, [
    returnId,
    tx.now,
    refundId,
  ]);
  await tx.query(
    `update return_lines l set restocked = u.quantity from unnest($2::int[], $3::int[]) as u (line, quantity)
      where l.return_id = $1 and l.line = u.line`,
    [returnId, restocked.map(({ line }) => line), restocked.map(({ quantity }) => quantity)],
  );
}
