import type { Tx } from '../../infra/database/unit-of-work.ts';

/**
 * Sets what a level counts as reserved to what is held, when the ledger of movements says the same: two of three agree.
 * Under the level's lock. @returns false when they do not, and nothing was changed
 */
export async function followReservations(tx: Tx, variantId: string): Promise<boolean> {
  await tx.query(`select 1 from stock_levels where variant_id = $1 for update`, [variantId]);
  const changed = await tx.query(
    `update stock_levels s set reserved = held.units from
        (select coalesce(sum(quantity), 0) as units from reservations where variant_id = $1 and status = 'held') held,
        (select coalesce(sum(reserved_delta), 0) as units from inventory_movements where variant_id = $1) moved
      where s.variant_id = $1 and held.units = moved.units and s.reserved <> held.units returning 1`,
    [variantId],
  );
  return changed.length > 0;
}

/**
 * Writes a reservation again that is missing, when the level still counts its units: then they are nobody else's.
 * Under the locks of the checkout and of the level. @returns false when it does not, and nothing was changed
 */
export async function rewriteReservation(
  tx: Tx,
  { checkoutId, variantId }: { checkoutId: string; variantId: string },
): Promise<boolean> {
  await tx.query(`select 1 from stock_levels where variant_id = $1 for update`, [variantId]);
  const written = await tx.query(
    `insert into reservations (checkout_id, variant_id, quantity, status, expires_at)
      select c.id, $2, l.quantity, 'held', c.expires_at from checkouts c, stock_levels s,
          (select sum(quantity)::int as quantity from checkout_lines where checkout_id = $1 and variant_id = $2) l,
          (select coalesce(sum(quantity), 0) as units from reservations where variant_id = $2 and status = 'held') held
        where c.id = $1 and c.state in ('LOCKED', 'PAYMENT_PENDING') and s.variant_id = $2 and s.reserved - held.units = l.quantity
      on conflict do nothing returning 1`,
    [checkoutId, variantId],
  );
  return written.length > 0;
}

/** Whether a level is what its movements add up to, and its reservations say the same. */
export async function agreesWithLedger(tx: Tx, variantId: string): Promise<boolean> {
  const agrees = await tx.query(
    `select 1 from stock_levels s,
        (select sum(on_hand_delta) as on_hand, sum(reserved_delta) as reserved from inventory_movements where variant_id = $1) moved,
        (select coalesce(sum(quantity), 0) as units from reservations where variant_id = $1 and status = 'held') held
      where s.variant_id = $1 and s.on_hand = moved.on_hand and s.reserved = moved.reserved and s.reserved = held.units`,
    [variantId],
  );
  return agrees.length > 0;
}
