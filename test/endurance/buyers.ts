import { setTimeout as pause } from 'node:timers/promises';
import { patientCustomer, Unserved } from '../crash/patient.ts';
import type { Shop } from '../support/shop.ts';

/** Buyers who each buy one thing after another until `endsAt`, and repeat what the shop could not do at the moment. */
export interface Buyers {
  endsAt: number;
  count: number;
  shops: readonly Shop[];
  variantIds: readonly string[];
}

/** Faults of the database come in rows of four or five in an hour, with two seconds between them. */
const PATIENCE_MS = 120_000;

/** Between two purchases, so that two cores can serve 64 of them and the faults beside: milliseconds. */
const THINKING_MS = { shortest: 2_000, longest: 8_000 };

/** Most pay by card, some with one that is declined, some change their mind. @returns the ids of their checkouts */
export async function buy({ endsAt, count, shops, variantIds }: Buyers): Promise<string[]> {
  const ids: string[] = [];
  const customers = shops.map((shop) => patientCustomer(shop, PATIENCE_MS));
  const purchase = async (): Promise<void> => {
    const customer = anyOf(customers);
    const cart = await customer.cart([{ variantId: anyOf(variantIds), quantity: 1 + Math.floor(3 * Math.random()) }]);
    const dice = Math.random();
    const method = dice < 0.8 ? 'pm_card_visa' : dice < 0.9 ? 'pm_card_chargeDeclined' : undefined;
    const checkout = await customer.checkout(cart, method).catch(leaveWhenBusy);
    if (!checkout) return;
    ids.push(checkout.id);
    // It may have ended by itself, or have gone too far.
    if (method === undefined) await customer.cancel(checkout).catch(() => undefined);
  };
  const buyer = async () => {
    while (Date.now() < endsAt) {
      await purchase();
      await pause(THINKING_MS.shortest + Math.random() * (THINKING_MS.longest - THINKING_MS.shortest));
    }
  };
  await Promise.all(Array.from({ length: count }, buyer));
  return ids;
}

/**
 * A shop that is behind says so, and its customers leave. It has to catch up by the end of the run. The last of their
 * attempts may have met a process that was just starting, so most of them count.
 */
function leaveWhenBusy(error: Error): undefined {
  if (!(error instanceof Unserved && error.mostly.includes('SHOP_BUSY'))) throw error;
}

/** @throws Error when there is none */
export function anyOf<T>(all: readonly T[]): T {
  const one = all[Math.floor(Math.random() * all.length)];
  if (one === undefined) throw new Error('there is none');
  return one;
}
