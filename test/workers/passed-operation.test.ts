import { expect } from 'chai';
import { loadOperation, type Operation } from '../../src/entities/payment/operation.ts';
import { Payment } from '../../src/entities/payment/payment.ts';
import { unitOfWork } from '../../src/infra/database/unit-of-work.ts';
import { newId } from '../../src/infra/ids.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';

describe('the operation that opens a payment', () => {
  let fresh: FreshDatabase;
  before(async () => {
    fresh = await freshDatabase();
  });
  after(() => fresh.close());

  async function plantCheckout(method: string | null): Promise<{ checkoutId: string; checkoutCreatedAt: Date }> {
    const checkoutId = newId();
    const checkoutCreatedAt = new Date(Date.now() - 1_000);
    await fresh.db.query(
      `with cart as (insert into carts (id, currency, status, created_at, updated_at) values ($1, 'INR', 'checkout', now(), now()))
        insert into checkouts (id, order_id, cart_id, cart_version, place_of_supply, currency, total, state, busy, steps,
            expires_at, created_at, updated_at)
          values ($1, $2, $1, 1, 'IN-KA', 'INR', 100, 'LOCKED', true, 1, now() + interval '15 min', $3, now())`,
      [checkoutId, newId(), checkoutCreatedAt],
    );
    if (method !== null)
      await fresh.db.query(`insert into payment_attempts values ($1, 1, $2, 'pending', null, now())`, [
        checkoutId,
        method,
      ]);
    return { checkoutId, checkoutCreatedAt };
  }

  for (const method of ['pm_card_visa', null])
    it(`${method ? 'with' : 'without'} a method, is passed on as it is stored`, async () => {
      const checkout = await plantCheckout(method);
      const passed = await unitOfWork<Operation>(fresh.db, 'test.open', async (tx) =>
        Payment.open(tx, { ...checkout, amount: 100, currency: 'INR', method }),
      );
      expect(passed).to.deep.equal(await loadOperation(fresh.db.query, passed.id));
    });
});
