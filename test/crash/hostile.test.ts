import { expect } from 'chai';
import { type Found, reconcile, reportOf } from '../support/auditor.ts';
import { describeAll } from '../support/extent.ts';
import type { Cart, Checkout } from '../support/shop.ts';
import { openShop } from '../support/shop.ts';
import { clearFaults, HOSTILE, setFaults } from '../support/simulator.ts';
import { waitFor } from '../support/wait-for.ts';
import { expectInvariants, expectMoneyAccounted, expectQuiet } from './accounts.ts';
import { trials } from './campaign.ts';
import type { CrashHarness } from './crash-harness.ts';
import { type Customer, patientCustomer } from './patient.ts';
import { openStaff, signInStaff } from './people.ts';

const PURCHASES = 1_000;
const AT_ONCE = 40;
const KILL_EVERY = PURCHASES / 8;
/** A payment whose opening was not answered is looked for page by page, and each page may fail: some take their time. */
const SERVED_WITHIN_MS = 150_000;
/** After so long a customer who was to pay by themselves gives up; the checkout goes on without them. */
const PATIENCE_MS = 20_000;

describeAll(`${PURCHASES} purchases, a hostile provider, and workers that are killed`, () => {
  trials([{ title: 'after one reconciliation every charge has its order or went back, and all books agree', run }], {
    isLong: true,
  });
});

async function run(harness: CrashHarness): Promise<void> {
  await openStaff(harness);
  await setFaults(harness.simulator, HOSTILE);
  // They buy faster than the worker of a busy machine can serve; a shop that is behind is asked again until it has caught up.
  const customer = patientCustomer(harness.shop, SERVED_WITHIN_MS);
  const variantId = await harness.books.stock({ stock: PURCHASES, price: 49_900 });
  const ids: string[] = [];
  const wishes = Array.from({ length: PURCHASES }, (_, index) => index);
  const buyers = Array.from({ length: AT_ONCE }, async () => {
    for (let index = wishes.pop(); index !== undefined; index = wishes.pop()) {
      const cart = await customer.cart([{ variantId, quantity: 1 }]);
      ids.push((await buy({ harness, customer }, cart, index)).id);
      if (index % KILL_EVERY === KILL_EVERY - 1) harness.kill('worker');
    }
  });
  await Promise.all(buyers);
  await setFaults(harness.simulator, { ...HOSTILE, errorRate: 0, timeoutAfterSuccessRate: 0 });
  await expectIdle(harness, ids);
  await clearFaults(harness.simulator);
  const report = await audit(harness);
  await expectQuiet(harness, SERVED_WITHIN_MS);
  expect(await expectMoneyAccounted(harness, ids)).to.be.above(PURCHASES * 0.7);
  await expectInvariants(harness);
  // Whatever it found was put right: nothing of it waits for a person.
  expect(report.filter(({ state }) => state !== 'healed' && state !== 'gone')).to.deep.equal([]);
}

/** Most pay by card, some with one that is declined first, some at the provider by themselves, some change their mind. */
async function buy(at: { harness: CrashHarness; customer: Customer }, cart: Cart, index: number): Promise<Checkout> {
  const { harness, customer } = at;
  if (index % 10 < 7) return customer.checkout(cart, 'pm_card_visa');
  if (index % 10 === 7) return customer.checkout(cart, 'pm_card_chargeDeclined');
  const accepted = await customer.checkout(cart);
  const checkout = await harness.shop.rested(accepted, PATIENCE_MS).catch(() => accepted);
  const { payment } = checkout;
  if (!payment) return checkout;
  const body = new URLSearchParams({ client_secret: payment.clientSecret ?? '', payment_method: 'pm_card_visa' });
  const paying = fetch(`${harness.simulator}/v1/payment_intents/${payment.intentId}/confirm`, { method: 'POST', body });
  const cancelling = index % 10 === 9 ? customer.cancel(checkout).catch(() => undefined) : undefined;
  await Promise.allSettled([paying, cancelling]);
  return checkout;
}

/** @throws Error that names what is still under way. */
async function expectIdle({ books }: CrashHarness, ids: readonly string[]): Promise<void> {
  const busy = `select 'checkout ' || id || ' in ' || state as line from checkouts where id = any($1) and busy
    union all select 'operation ' || kind || ' ' || id || ' is ' || status from payment_operations
      where status in ('pending', 'unknown')
    union all select name || ' ' || payload from outbox where name in ('checkout.advance', 'payments.execute')`;
  const isIdle = async () => {
    const lines = (await books.query<{ line: string }>(busy, [ids])).map(({ line }) => line);
    if (lines.length > 0) throw new Error(`${lines.length} left: ${lines.slice(0, 20).join(', ')}`);
    return true;
  };
  await waitFor('nobody is busy any more', isIdle, SERVED_WITHIN_MS);
}

async function audit(harness: CrashHarness): Promise<Found[]> {
  const { accessToken } = await signInStaff(harness);
  const auditor = { ask: openShop(harness.shop.url, accessToken).ask };
  return reportOf(auditor, await reconcile(auditor, 'recent'));
}
