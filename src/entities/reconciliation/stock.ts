import type { Tx } from '../../infra/database/unit-of-work.ts';

/**
 * Sets the reserved units of a level to the sum of held reservations, if the sum of movements agrees: two of three.
 * Locks the level. @returns false if they do not agree; then nothing changes
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
 * Restores a missing reservation if the level still counts its units, so that no other checkout has them.
 * The caller has locked the checkout. @returns false if the level does not count them; then nothing changes
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

/** Whether a stock level equals the sums of its movements and of its held reservations. */
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
