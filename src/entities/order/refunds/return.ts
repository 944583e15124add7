import { defineEntity, p } from '@mikro-orm/core';
import { refused } from '../../../domain/errors.ts';
import type { ReturnState } from '../../../domain/states.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { newId } from '../../../infra/ids.ts';
import type { OrderLine, Units } from '../lines.ts';

const ReturnSchema = defineEntity({
  name: 'Return',
  tableName: 'returns',
  properties: {
    id: p.uuid().primary(),
    orderId: p.uuid(),
    state: p.string().$type<ReturnState>(),
    refundId: p.uuid().nullable(),
    decidedAt: p.datetime().nullable(),
    receivedAt: p.datetime().nullable(),
  },
});

/** The states from which a return may move. */
const FROM: Record<Exclude<ReturnState, 'requested'>, ReturnState[]> = {
  approved: ['requested'],
  rejected: ['requested'],
  withdrawn: ['requested', 'approved'],
  received: ['approved'],
};

/** A return of shipped units. The order's lock protects it. */
export class Return extends ReturnSchema.class {
  /** Appends a request. @returns its id */
  static request(
    tx: Tx,
    { orderId, units, reason, by }: { orderId: string; units: readonly Units[]; reason: string; by: string },
  ): string {
    const id = newId();
    tx.append('returns', { id, order_id: orderId, state: 'requested', reason, requested_by: by, created_at: tx.now });
    for (const unit of units) tx.append('return_lines', { return_id: id, order_id: orderId, ...unit, restocked: 0 });
    return id;
  }

  /** Loads a return of the order that may move to state `to`. @throws RETURN_NOT_FOUND, RETURN_STATE_CONFLICT */
  static async load(
    tx: Tx,
    { orderId, returnId, to }: { orderId: string; returnId: string; to: keyof typeof FROM },
  ): Promise<Return> {
    const [found] = await tx.find(Return, { id: returnId, orderId });
    if (!found) throw refused('RETURN_NOT_FOUND', { returnId });
    if (!FROM[to].includes(found.state)) throw refused('RETURN_STATE_CONFLICT', { returnId, state: found.state });
    return found;
  }

  /** Approves, rejects or withdraws the return. */
  decide(to: Exclude<ReturnState, 'requested' | 'received'>, now: Date): void {
    this.state = to;
    this.decidedAt = now;
  }

  /** Records the arrival of the goods, with the restocked units and the refund, which is written before. */
  async receive(
    tx: Tx,
    { restocked, refundId }: { restocked: readonly Units[]; refundId: string | null },
  ): Promise<void> {
    Object.assign(this, { state: 'received', receivedAt: tx.now, refundId });
    await tx.query(
      `update return_lines l set restocked = u.quantity from unnest($2::int[], $3::int[]) as u (line, quantity)
        where l.return_id = $1 and l.line = u.line`,
      [this.id, restocked.map(({ line }) => line), restocked.map(({ quantity }) => quantity)],
    );
  }
}
ReturnSchema.setClass(Return);

/** Loads the units of a return per line. */
export const loadReturnedUnits = (tx: Tx, returnId: string): Promise<Units[]> =>
  tx.query<Units>(`select line, quantity from return_lines where return_id = $1 order by line`, [returnId]);

/**
 * Returns a function that counts the returnable units of a line: shipped, not returned, and in no other open return.
 */
export async function returnable(tx: Tx, orderId: string): Promise<(line: OrderLine) => number> {
  const rows = await tx.query<Units>(
    `select l.line, sum(l.quantity)::int as quantity from return_lines l join returns r on r.id = l.return_id
      where r.order_id = $1 and r.state in ('requested', 'approved') group by l.line`,
    [orderId],
  );
  const open = new Map(rows.map(({ line, quantity }) => [line, quantity]));
  return ({ line, shipped, returned }) => shipped - returned - (open.get(line) ?? 0);
}
