import { addQuotes } from '../../domain/pricing/quote.ts';
import type { Query } from '../../infra/database/query.ts';
import { linesOf } from '../pricing/priced.ts';
import { type Cart, MOST_CODES, MOST_LINES } from './cart.ts';
import { type Limits, roomFor } from './order-limits.ts';

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
 * The guest's cart keeps the units that do not fit into one order besides, and stays open; an empty one is closed as merged.
 */
export function mergeInto(mine: Cart, { guest, limits, now }: { guest: Cart; limits: Limits; now: Date }): void {
  for (const line of [...guest.items]) {
    const { wanted } = line;
    const there = mine.items.exists((item) => item.isLike(wanted));
    if (!there && mine.items.length >= MOST_LINES) continue;
    // The limit applies to the units that are added; those in the customer's cart stay, even above it.
    const room = roomFor(linesOf([{ ...wanted, quantity: 1 }]), linesOf(mine.wanted), limits);
    const allowed = Math.min(wanted.quantity, room.variants);
    const quantity = Math.min(allowed, room.order);
    if (quantity > 0) mine.addWithinLimits({ ...wanted, quantity }, now);
    if (quantity < allowed) line.quantity = allowed - quantity;
    else guest.items.remove(line);
  }
  mine.codes = [...new Set([...mine.codes, ...guest.codes])].slice(0, MOST_CODES);
  // Nobody sees the merged cart before it is read: until then its client knows the prices of both.
  mine.lastQuote = addQuotes(mine.lastQuote ?? null, guest.lastQuote ?? null);
  guest.touch(now);
  if (guest.items.length > 0) {
    guest.lastQuote = null;
    return;
  }
  guest.status = 'merged';
  guest.customerId = mine.customerId;
}
