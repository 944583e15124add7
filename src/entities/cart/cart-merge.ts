import { addQuotes } from '../../domain/pricing/quote.ts';
import type { Query } from '../../infra/database/query.ts';
import { linesOf } from '../pricing/pricing-request.ts';
import { type Cart, MOST_CODES, MOST_LINES } from './cart.ts';
import { type LineLimits, roomFor } from './order-limits.ts';

/** Finds the newest open cart of a customer. */
export async function currentCartOf(query: Query, customerId: string): Promise<string | undefined> {
  const [row] = await query<{ id: string }>(
    `select id from carts where customer_id = $1 and status = 'open' order by id desc limit 1`,
    [customerId],
  );
  return row?.id;
}

/**
 * Moves the lines of a guest's cart into a customer's cart and adds up quantities within the limits of one order. Units
 * over the limit per variant are dropped. Units over the limits of the order stay in the guest's cart, which stays open;
 * an empty guest's cart becomes `merged`.
 */
export function mergeInto(mine: Cart, { guest, limits, now }: { guest: Cart; limits: LineLimits; now: Date }): void {
  for (const line of [...guest.items]) {
    const { lineRequest } = line;
    const there = mine.items.exists((item) => item.hasSameContent(lineRequest));
    if (!there && mine.items.length >= MOST_LINES) continue;
    // The limit applies to added units; units in the customer's cart stay, even above the limit.
    const room = roomFor(linesOf([{ ...lineRequest, quantity: 1 }]), linesOf(mine.lineRequests), limits);
    const allowed = Math.min(lineRequest.quantity, room.variants);
    const quantity = Math.min(allowed, room.order);
    if (quantity > 0) mine.addWithinLimits({ ...lineRequest, quantity }, now);
    if (quantity < allowed) line.quantity = allowed - quantity;
    else guest.items.remove(line);
  }
  mine.codes = [...new Set([...mine.codes, ...guest.codes])].slice(0, MOST_CODES);
  // Until the client reads the merged cart, the prices that it saw last are those of both carts.
  mine.lastQuote = addQuotes(mine.lastQuote ?? null, guest.lastQuote ?? null);
  guest.touch(now);
  if (guest.items.length > 0) {
    guest.lastQuote = null;
    return;
  }
  guest.status = 'merged';
  guest.customerId = mine.customerId;
}
