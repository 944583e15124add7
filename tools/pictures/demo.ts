import { setTimeout as sleep } from 'node:timers/promises';
import type { Client as Database } from 'pg';
import { ADDRESS, buyOnce } from '../dev/purchase.ts';
import type { Stack } from '../stack/stack.ts';
import { plantFailures } from './failures.ts';
import { type Client, deliver, ship, signedIn } from './staff.ts';

/** The rows that the pictures show. */
export interface Demo {
  orderId: string;
  checkoutId: string;
  reviewId: string;
  variantId: string;
  discrepancyId: string;
}

const GUEST_PURCHASES = 6;
const PATIENCE_MS = 120_000;

/** Buys, ships, returns and reviews over HTTP, and plants differences and failures, so that every page shows rows. */
export async function fillDemo(stack: Stack, db: Database, log: (line: string) => void): Promise<Demo> {
  const staff = await signedIn(stack.url, 'admin', 'admin@example.com');
  log('buying');
  for (let count = 0; count < GUEST_PURCHASES; count += 1) await buyOnce(stack.url, stack.sample);
  const { orderId: reviewed, variantId } = await buyAsCustomer(stack);
  await deliver(staff, reviewed);
  log('writing a review');
  const reviewId = await review(stack, { staff, variantId });
  const { data: orders } = await staff.get<{ data: { id: string }[] }>('/orders?limit=7');
  const [packed = '', shipped = '', cancelled = '', returned = ''] = orders
    .map(({ id }) => id)
    .filter((id) => id !== reviewed);
  log('shipping, cancelling and returning orders');
  await staff.post(`/orders/${packed}/transitions`, { command: 'PROCESS' });
  await ship(staff, shipped);
  await staff.post(`/orders/${cancelled}/transitions`, { command: 'CANCEL', reason: 'asked by telephone' });
  await deliver(staff, returned);
  await staff.post(`/orders/${returned}/returns`, { lines: [{ line: 1, quantity: 1 }], reason: 'damaged' });
  log('planting differences and failures');
  await plantFailures(stack, db, staff);
  const discrepancyId = await reconcile(staff, { db, variantId: stack.sample[2] ?? '', checkoutOf: shipped });
  const { checkoutId } = await staff.get<{ checkoutId: string }>(`/orders/${returned}`);
  return { orderId: returned, checkoutId, reviewId, variantId: stack.sample[0] ?? '', discrepancyId };
}

interface Checkout {
  id: string;
  state: string;
  orderId: string | null;
}

async function buyAsCustomer({ url, sample }: Stack): Promise<{ orderId: string; variantId: string }> {
  const customer = await signedIn(url, 'store', 'customer@example.com');
  const [variantId = ''] = sample;
  const cart = await customer.post<{ id: string }>('/cart', { items: [{ variantId, quantity: 1 }] });
  const body = {
    cartId: cart.id,
    email: 'customer@example.com',
    shippingAddress: ADDRESS,
    paymentMethod: 'pm_card_visa',
  };
  const { id } = await customer.post<Checkout>('/checkout', body);
  const { orderId } = await until('the customer has an order', async () => {
    const checkout = await customer.get<Checkout>(`/checkout/${id}`);
    return checkout.state === 'COMPLETED' && checkout;
  });
  return { orderId: orderId ?? '', variantId };
}

/** Writes a review that the rules hold for a moderator. */
async function review({ url }: Stack, { staff, variantId }: { staff: Client; variantId: string }): Promise<string> {
  const customer = await signedIn(url, 'store', 'customer@example.com');
  const { productId } = await staff.get<{ productId: string }>(`/variants/${variantId}`);
  const text = { rating: 5, title: 'LOVE IT', body: 'WORST SEAM, BEST CLOTH. Write to me: asha.reads@example.org' };
  await customer.post(`/products/${productId}/reviews`, { variantId, ...text });
  return until('the review is held', async () => {
    const { data } = await staff.get<{ data: { id: string }[] }>('/reviews?state=held');
    return data[0]?.id;
  });
}

/** Plants two differences, and waits for the run that finds them. @returns the one in which the provider disagrees */
async function reconcile(
  staff: Client,
  { db, variantId, checkoutOf }: { db: Database; variantId: string; checkoutOf: string },
): Promise<string> {
  await db.query(`update stock_levels set on_hand = on_hand + 3 where variant_id = $1`, [variantId]);
  await db.query(
    `update payments set captured = captured - 10000 where checkout_id = (select checkout_id from orders where id = $1)`,
    [checkoutOf],
  );
  await staff.post('/reconciliation/runs', { kind: 'full' });
  return until('the differences wait for a person', async () => {
    const { data } = await staff.get<{ data: { id: string; kind: string }[] }>(
      '/reconciliation/discrepancies?state=person',
    );
    const hasStock = data.some(({ kind }) => kind === 'stock.levels-are-their-movements');
    return hasStock && data.find(({ kind }) => kind === 'provider.amount-differs')?.id;
  });
}

/** Asks until there is an answer. @throws Error after two minutes */
async function until<T>(what: string, ask: () => Promise<T | false | undefined>): Promise<T> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > end) throw new Error(`it did not happen: ${what}`);
    await sleep(250);
  }
}
