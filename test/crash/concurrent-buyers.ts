import { expect } from 'chai';
import { charges } from '../support/simulator.ts';
import { waitFor } from '../support/wait-for.ts';
import { expectInvariants, expectQuiet } from './accounts.ts';
import type { CrashHarness } from './crash-harness.ts';
import { type Customer, patientCustomer } from './patient.ts';
import { PATIENCE_MS, payAtProvider } from './scenarios.ts';

/** Customers who each buy one unit of the same goods, all at once. */
export interface ConcurrentBuyers {
  /** Sends some more of them. Resolves when so many of these were accepted as were asked for. */
  send(buyers: number, accepted?: number): Promise<void>;
  /** Every one of them has exactly one order and one charge, and no account disagrees. */
  expectAllServed(withinMs: number): Promise<void>;
}

/** @param pays by a card that the checkout names, or afterwards at the provider */
export async function concurrentBuyersAt(
  harness: CrashHarness,
  pays: 'by card' | 'at the provider' = 'by card',
): Promise<ConcurrentBuyers> {
  const customers = harness.shops.map((shop) => patientCustomer(shop));
  const variantId = await harness.books.stock({ stock: 1_000, price: 49_900 });
  const submissions: Promise<string>[] = [];
  const submit = async (customer: Customer): Promise<string> => {
    const cart = await customer.add(await customer.cart([]), { variantId, quantity: 1 });
    if (pays === 'by card') return (await customer.checkout(cart, 'pm_card_visa')).id;
    const waiting = await harness.shop.rested(await customer.checkout(cart), PATIENCE_MS);
    await payAtProvider({ harness }, waiting);
    return waiting.id;
  };
  return {
    async send(buyers, accepted = buyers) {
      const enough = Promise.withResolvers<void>();
      let count = 0;
      for (let buyer = 0; buyer < buyers; buyer++) {
        const submission = submit(customers[buyer % customers.length] as Customer);
        submission.then(() => ++count === accepted && enough.resolve(), enough.reject);
        submissions.push(submission);
      }
      await enough.promise;
    },
    async expectAllServed(withinMs) {
      const ids = (await Promise.all(submissions)).sort();
      await waitFor('every purchase is completed', () => expectCompleted(harness, variantId, ids), withinMs);
      await expectQuiet(harness, withinMs);
      await expectInvariants(harness);
      const charged = (await charges(harness.simulator)).map(({ checkoutId }) => checkoutId);
      expect(charged.filter((id) => id !== null && ids.includes(id)).sort()).to.deep.equal(ids);
      expect(await harness.books.level(variantId)).to.include({ onHand: 1_000 - ids.length, reserved: 0 });
    },
  };
}

/** The checkouts in the database are those that were accepted, none twice, and all are completed. */
async function expectCompleted({ books }: CrashHarness, variantId: string, ids: string[]): Promise<true> {
  const rows = await books.query<{ id: string; state: string }>(
    `select id, state from checkouts where id in (select checkout_id from checkout_lines where variant_id = $1) order by id`,
    [variantId],
  );
  expect(rows.filter(({ state }) => state !== 'COMPLETED')).to.deep.equal([]);
  expect(rows.map(({ id }) => id)).to.deep.equal(ids);
  return true;
}

/** A whole number from 1 to `most`. */
export const anyUpTo = (most: number): number => 1 + Math.floor(Math.random() * most);
