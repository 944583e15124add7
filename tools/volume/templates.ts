import { setTimeout as sleep } from 'node:timers/promises';
import { ADDRESS } from '../dev/purchase.ts';
import { type Client, clientOf, deliver, ship, signedIn } from '../pictures/staff.ts';

/** What becomes of a purchase. */
type Fate = 'delivered' | 'shipped' | 'confirmed' | 'cancelled' | 'refunded' | 'returned' | 'abandoned';

interface Plan {
  fate: Fate;
  isCustomer: boolean;
  /** Units of each line; the variants follow each other. */
  units: readonly number[];
  isInterstate: boolean;
  /** The first payment method is declined. */
  isDeclined: boolean;
  /** A discount code without a limit. */
  code?: string;
}

const usual = { fate: 'delivered', isCustomer: false, units: [1, 1], isInterstate: false, isDeclined: false } as const;

/** Most purchases are delivered; a few have taken each other way. */
const PLANS: readonly Plan[] = [
  ...[[1], [1, 1], [2, 1], [1, 3], [1, 1, 2]].flatMap((units): Plan[] => [
    { ...usual, units },
    { ...usual, units, isInterstate: true },
    { ...usual, units, isCustomer: true },
  ]),
  { ...usual, code: 'FREESHIP' },
  { ...usual, isDeclined: true },
  { ...usual, fate: 'shipped' },
  { ...usual, fate: 'confirmed' },
  { ...usual, fate: 'cancelled' },
  { ...usual, fate: 'refunded', units: [2, 1], isCustomer: true },
  { ...usual, fate: 'returned', units: [3], isInterstate: true },
  { ...usual, fate: 'abandoned' },
  { ...usual, fate: 'abandoned', isCustomer: true, units: [2] },
];

const ELSEWHERE = { ...ADDRESS, city: 'Mumbai', state: 'IN-MH', postalCode: '400001' };
const CUSTOMER = 'customer@example.com';
const PATIENCE_MS = 60_000;

interface Checkout {
  id: string;
  state: string;
  orderId: string | null;
  payment?: { declineCode?: string };
}

export interface Shop {
  url: string;
  /** Variants in stock. */
  variantIds: readonly string[];
  /** SQL on the database of the shop, to see when its workers have nothing left to do. */
  query<R extends object>(sql: string): Promise<R[]>;
}

/**
 * Makes about two dozen real purchases of different kinds in a running development shop, and waits for everything that follows
 * them. @returns the ids of their checkouts @throws Error when a purchase does not reach its planned state in 60 seconds
 */
export async function makeTemplates(shop: Shop): Promise<string[]> {
  const { url } = shop;
  const staff = await signedIn(url, 'admin', 'admin@example.com');
  const buyers = { url, customer: await signedIn(url, 'store', CUSTOMER) };
  const ids: string[] = [];
  for (const [index, plan] of PLANS.entries()) {
    const lines = plan.units.map((quantity, line) => {
      return { variantId: shop.variantIds[(index + line) % shop.variantIds.length] ?? '', quantity };
    });
    const { id, orderId } = await buy(buyers, plan, lines);
    ids.push(id);
    if (orderId) await finish(staff, orderId, plan.fate);
  }
  await until('the workers are done', async () => {
    const [row] = await shop.query<{ isDone: boolean }>(IS_DONE);
    return row?.isDone;
  });
  return ids;
}

const IS_DONE = `select not exists (select 1 from outbox) and not exists (select 1 from documents_due)
  and not exists (select 1 from refunds where state = 'pending')
  and not exists (select 1 from webhook_inbox where processed_at is null) and not exists (select 1 from checkouts where busy) as "isDone"`;

interface Buyers {
  url: string;
  customer: Client;
}

interface Line {
  variantId: string;
  quantity: number;
}

/** Buys, or gives up before the payment. @returns the checkout when it has ended */
async function buy({ url, customer }: Buyers, plan: Plan, items: readonly Line[]): Promise<Checkout> {
  const store = `${url}/api/v1/store`;
  const opener = plan.isCustomer ? customer : clientOf(store, {});
  const cart = await opener.post<{ id: string; cartToken?: string }>('/cart', { items });
  const buyer = plan.isCustomer ? customer : clientOf(store, { 'x-cart-token': cart.cartToken ?? '' });
  if (plan.code) await buyer.post(`/cart/${cart.id}/discounts`, { code: plan.code });
  const isAbandoned = plan.fate === 'abandoned';
  const { id } = await buyer.post<Checkout>('/checkout', {
    cartId: cart.id,
    email: plan.isCustomer ? CUSTOMER : 'asha@example.com',
    shippingAddress: plan.isInterstate ? ELSEWHERE : ADDRESS,
    ...(!isAbandoned && { paymentMethod: plan.isDeclined ? 'pm_card_chargeDeclined' : 'pm_card_visa' }),
  });
  const reach = (what: string, is: (checkout: Checkout) => boolean) =>
    until(`the checkout is ${what}`, async () => {
      const checkout = await buyer.get<Checkout>(`/checkout/${id}`);
      return is(checkout) && checkout;
    });
  if (isAbandoned) {
    await reach('locked', ({ state }) => state === 'LOCKED' || state === 'PAYMENT_PENDING');
    await buyer.post(`/checkout/${id}/cancel`, {});
    return reach('cancelled', ({ state }) => state === 'CANCELLED');
  }
  if (plan.isDeclined) {
    await reach('declined', ({ payment }) => payment?.declineCode !== undefined);
    await buyer.post(`/checkout/${id}/payment`, { paymentMethod: 'pm_card_visa' });
  }
  return reach('completed', ({ state }) => state === 'COMPLETED');
}

/** Does with an order what its plan says. */
async function finish(staff: Client, orderId: string, fate: Fate): Promise<void> {
  const order = `/orders/${orderId}`;
  if (fate === 'cancelled')
    return staff.post(`${order}/transitions`, { command: 'CANCEL', reason: 'asked by telephone' });
  if (fate === 'shipped') return ship(staff, orderId);
  if (fate === 'confirmed') return;
  await deliver(staff, orderId);
  const lines = [{ line: 1, quantity: 1 }];
  if (fate === 'refunded') await staff.post(`${order}/refunds`, { lines, reason: 'a stain' });
  if (fate !== 'returned') return;
  const asked = await staff.post<{ result: { returnId: string } }>(`${order}/returns`, { lines, reason: 'damaged' });
  await staff.post(`${order}/returns/${asked.result.returnId}/approve`, {});
  await staff.post(`${order}/returns/${asked.result.returnId}/receive`, { restock: lines });
}

/** Asks until there is an answer. @throws Error after a minute */
async function until<T>(what: string, ask: () => Promise<T | false | undefined>): Promise<T> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > end) throw new Error(`it did not happen: ${what}`);
    await sleep(100);
  }
}
