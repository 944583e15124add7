import { type Cart, type LineLimit, MOST_LINES } from './cart.ts';
import type { Query } from './sellable.ts';

/** The open cart that a customer filled last, if any. */
export async function currentCartOf(query: Query, customerId: string): Promise<string | undefined> {
  const [row] = await query<{ id: string }>(
    `select id from carts where customer_id = $1 and status = 'open' order by id desc limit 1`,
    [customerId],
  );
  return row?.id;
}

/**
 * Moves the lines of a guest's cart into a customer's; quantities of the same variant add up to what one order may hold.
 * A line for which there is no room stays in the guest's cart, which then stays open; else that is over.
 */
export function mergeInto(
  mine: Cart,
  { guest, limits, now }: { guest: Cart; limits: ReadonlyMap<string, LineLimit>; now: Date },
): void {
  for (const line of [...guest.items]) {
    const there = mine.items.find(({ variantId }) => variantId === line.variantId);
    if (!there && mine.items.length >= MOST_LINES) continue;
    const { variantId } = line;
    const most = limits.get(variantId)?.maxPerOrder ?? Number.POSITIVE_INFINITY;
    const held = there?.quantity ?? 0;
    const added = Math.min(line.quantity, Math.max(0, most - held));
    // The limit counts for what is added; what is there already is nobody's to take away.
    if (added > 0) mine.add({ variantId, maxPerOrder: null }, added, now);
    guest.items.remove(line);
  }
  guest.updatedAt = now;
  if (guest.items.length > 0) return;
  guest.status = 'merged';
  guest.customerId = mine.customerId;
}
