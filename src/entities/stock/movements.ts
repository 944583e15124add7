import type { Tx } from '../../infra/database/unit-of-work.ts';
import { newId } from '../../infra/ids.ts';
import { traceColumns } from '../../infra/observability/span.ts';

/** Total units per variant. */
export type Demand = ReadonlyMap<string, number>;

export type MovementKind = 'receive' | 'adjust' | 'reserve' | 'release' | 'consume' | 'restock';

export interface Cause {
  cause: string;
  /** The id of the row that caused the movement, if there is one. */
  causeId?: string;
  /** A comment by the person who made the change. */
  note?: string;
}

/** The kind and cause of a movement in the ledger. */
export type Movement = { kind: MovementKind } & Partial<Cause>;

/** By how much one unit of a movement changes its level. */
export const DELTAS: Record<MovementKind, { onHand: number; reserved: number }> = {
  receive: { onHand: 1, reserved: 0 },
  adjust: { onHand: 1, reserved: 0 },
  restock: { onHand: 1, reserved: 0 },
  reserve: { onHand: 0, reserved: 1 },
  release: { onHand: 0, reserved: -1 },
  consume: { onHand: -1, reserved: -1 },
};

/** Appends to the ledger the movements of stock levels in the same transaction. */
export function appendMovements(tx: Tx, { kind, cause = 'checkout', causeId, note }: Movement, demand: Demand): void {
  const { onHand, reserved } = DELTAS[kind];
  for (const [variantId, quantity] of demand) {
    tx.append('inventory_movements', {
      id: newId(),
      variant_id: variantId,
      kind,
      on_hand_delta: onHand * quantity,
      reserved_delta: reserved * quantity,
      cause,
      cause_id: causeId ?? null,
      note: note ?? null,
      ...traceColumns(),
      at: tx.now,
    });
  }
}
