import { type Cart, type Limits, MOST_CODES, MOST_LINES } from './cart.ts';
import { linesOf, type Wanted } from './pricing/priced.ts';
import type { Query } from './sellable.ts';
import { demandOf } from './stock.ts';

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
export function mergeInto(mine: Cart, { guest, limits, now }: { guest: Cart; limits: Limits; now: Date }): void {
  for (const line of [...guest.items]) {
    const { wanted } = line;
    const there = mine.items.exists((item) => item.isLike(wanted));
    if (!there && mine.items.length >= MOST_LINES) continue;
    // The limit counts for what is added; what is there already is nobody's to take away.
    const quantity = Math.min(wanted.quantity, roomFor(wanted, { mine, limits }));
    if (quantity > 0) mine.add({ ...wanted, quantity }, new Map(), now);
    guest.items.remove(line);
  }
  mine.codes = [...new Set([...mine.codes, ...guest.codes])].slice(0, MOST_CODES);
  guest.touch(now);
  if (guest.items.length > 0) return;
  guest.status = 'merged';
  guest.customerId = mine.customerId;
}

/** How many more of it one order may hold. */
function roomFor(wanted: Wanted, { mine, limits }: { mine: Cart; limits: Limits }): number {
  const held = demandOf(linesOf(mine.wanted));
  const rooms = [...demandOf(linesOf([{ ...wanted, quantity: 1 }]))].map(([variantId, units]) => {
    const most = limits.get(variantId)?.maxPerOrder ?? Number.POSITIVE_INFINITY;
    return Math.floor(Math.max(0, most - (held.get(variantId) ?? 0)) / units);
  });
  return Math.min(...rooms);
}
