import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import pLimit from 'p-limit';
import type { Address } from '../../src/entities/checkout/checkout.ts';
import { stripeProvider } from '../../src/ports/payments/stripe.ts';
import { expectInvariants, expectQuiet } from '../crash/accounts.ts';
import { BENGALURU, CHANDIGARH, MUMBAI } from '../support/address.ts';
import { reconcile } from '../support/auditor.ts';
import { runsAll } from '../support/extent.ts';
import { flatZone, putBundle, putDiscount, putShippingMethod } from '../support/offers.ts';
import type { Line } from '../support/shop.ts';
import { charges } from '../support/simulator.ts';
import { openStaffClient, type StaffClient } from '../support/staff-client.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Flow, startFlow } from './stack.ts';

/** As many orders a day for thirty days. */
const ORDERS = runsAll ? 180 : 15;
const AT_ONCE = 6;
const QUIET_WITHIN_MS = 60_000;
const PROVIDER_KEYS = { secretKey: 'sk_test_development', webhookSecret: 'whsec_development' };

/** One of each: exempt, a slab that goes by the value, 5, 18 and 40 percent. Prices in paise, with tax. */
const GOODS = [
  { taxClass: 'exempt', price: 29_900 },
  { taxClass: 'apparel', price: 260_000 },
  { taxClass: 'essential', price: 33_333 },
  { taxClass: 'standard', price: 63_097 },
  { taxClass: 'demerit', price: 9_999 },
];

/** What happens to an order after it was paid; the shop may refuse any of it. */
const EVENTS = [
  'parcel',
  'delivery',
  'cancellation',
  'unit cancelled',
  'unit refunded',
  'delivery refunded',
  'amount refunded',
  'return',
  'refund at the provider',
  'refund outside',
] as const;

const orders = fc.record({
  address: fc.constantFrom(BENGALURU, MUMBAI, CHANDIGARH),
  lines: fc.uniqueArray(fc.record({ goods: fc.nat(GOODS.length - 1), quantity: fc.integer({ min: 1, max: 7 }) }), {
    selector: ({ goods }) => goods,
    minLength: 1,
    maxLength: 3,
  }),
  hasBundle: fc.boolean(),
  isDelivered: fc.boolean(),
  events: fc.array(fc.constantFrom(...EVENTS), { maxLength: 5 }),
  /** Of the provider's refunds and of free amounts: paise. */
  amount: fc.integer({ min: 1, max: 30_000 }),
});
/** Of an order, in paise: what its documents come to, what the provider kept, and what was given back elsewhere. */
interface Papers {
  checkoutId: string;
  papers: number;
  kept: number;
  outside: number;
  /** How many credit notes there are. */
  notes: number;
}

type Planned = typeof orders extends fc.Arbitrary<infer T> ? T : never;

describe('a month of trade', function () {
  this.timeout(240_000);
  let flow: Flow;
  let staff: StaffClient;
  let variantIds: string[];
  let bundle: { id: string; setIds: string[] };
  let shippingMethodId: string;
  before(async () => {
    flow = await startFlow({});
    staff = await openStaffClient(flow.stack.url);
    const { query, stock } = flow.books;
    variantIds = await Promise.all(GOODS.map(({ price }) => stock({ stock: 10_000, price })));
    for (const [index, { taxClass }] of GOODS.entries()) {
      await query(`update products set tax_class = $2 where id = (select product_id from variants where id = $1)`, [
        variantIds[index],
        taxClass,
      ]);
    }
    bundle = await putBundle(query, {
      pricing: { kind: 'fixed', price: 100_000 },
      sets: [2, 4].map((goods) => ({ min: 1, max: 1, items: [{ variantId: variantIds[goods] ?? '' }] })),
    });
    shippingMethodId = await putShippingMethod(query, { zones: [flatZone(7_900)] });
    await putDiscount(query, { offer: { kind: 'percentage', percent: 7, cap: null }, minSubtotal: 300_000 });
  });
  after(() => flow?.stop());

  it('leaves papers, money, stock and the books of the provider in agreement', async () => {
    const seed = runsAll ? Date.now() : 7;
    const limit = pLimit(AT_ONCE);
    const planned = fc.sample(orders, { numRuns: ORDERS, seed });
    const ids = await Promise.all(planned.map((plan) => limit(() => trade(plan))));
    await expectQuiet({ books: flow.books, simulator: flow.simulator }, QUIET_WITHIN_MS);
    const { query } = flow.books;
    const isIssued = async () => (await query('select 1 from documents_due limit 1')).length === 0;
    await waitFor('all documents are issued', isIssued, QUIET_WITHIN_MS);
    await expectInvariants({ databaseUrl: flow.stack.databaseUrl, simulator: flow.simulator });
    const { counts } = await reconcile(staff, 'full');
    expect(counts, `seed ${seed}`).to.deep.equal({ found: 0, healed: 0, person: 0, known: 0 });
    await expectPapers(ids, seed);
  });

  /** Buys, and lets happen what is planned. @returns the id of the order */
  async function trade({ address, lines, hasBundle, isDelivered, events, amount }: Planned): Promise<string> {
    const wanted: Line[] = lines.map(({ goods, quantity }) => ({ variantId: variantIds[goods] ?? '', quantity }));
    const checkout = await flow.shop.buy(hasBundle ? [...wanted, bundleLine()] : wanted, {
      address: address as Address,
      ...(isDelivered && { shippingMethodId }),
    });
    expect(checkout.state).to.equal('COMPLETED');
    const orderId = checkout.orderId ?? '';
    for (const event of events) await happen({ event, orderId, amount, intentId: checkout.payment?.intentId ?? '' });
    return orderId;
  }

  const bundleLine = (): Line => ({
    bundleId: bundle.id,
    quantity: 1,
    selections: bundle.setIds.map((setId, index) => ({
      setId,
      items: [{ variantId: variantIds[[2, 4][index] ?? 2] ?? '', quantity: 1 }],
    })),
  });

  async function happen(to: { event: Planned['events'][number]; orderId: string; amount: number; intentId: string }) {
    const { event, orderId, amount, intentId } = to;
    const oneUnit = { lines: [{ line: 1, quantity: 1 }], reason: 'The customer rang' };
    const ask = (path: string, body: object = {}) => staff.tell(orderId, path, body);
    switch (event) {
      case 'parcel':
        await ask('transitions', { command: 'PROCESS' });
        return ask('shipments');
      case 'delivery': {
        const [parcel] = (await staff.order(orderId)).shipments;
        return parcel && ask(`shipments/${parcel.id}/delivery`);
      }
      case 'cancellation':
        return ask('transitions', { command: 'CANCEL', reason: 'The customer rang' });
      case 'unit cancelled':
        return ask('cancellations', oneUnit);
      case 'unit refunded':
        return ask('refunds', oneUnit);
      case 'delivery refunded':
        return ask('refunds', { delivery: true, reason: 'It was late' });
      case 'amount refunded':
        return ask('refunds', { amount, reason: 'A scratch' });
      case 'return': {
        const { result } = await ask('returns', { ...oneUnit, reason: 'damaged' });
        if (!result?.returnId) return;
        await ask(`returns/${result.returnId}/approve`);
        return ask(`returns/${result.returnId}/receive`, { restock: [{ line: 1, quantity: 1 }] });
      }
      case 'refund outside':
        return ask('credit-notes', { amount, reason: 'Given back in cash' });
      case 'refund at the provider':
        // More than is left is refused there.
        return stripeProvider({ ...PROVIDER_KEYS, apiUrl: flow.simulator })
          .refund({ intentId, amount, key: randomUUID(), reference: 'the dashboard' })
          .catch(() => undefined);
    }
  }

  /** The papers of an order come to what was paid and not given back; the provider has what went back there. */
  async function expectPapers(ids: readonly string[], seed: number): Promise<void> {
    const rows = await flow.books.query<Papers>(
      `select o.checkout_id as "checkoutId", (p.captured - p.refunded)::int as kept,
          (select coalesce(sum(amount), 0)::int from refunds where order_id = o.id and cause = 'outside') as outside,
          (select sum(case when kind = 'credit-note' then -total else total end)::int from documents where order_id = o.id) as papers,
          (select count(*)::int from documents where order_id = o.id and kind = 'credit-note') as notes
        from orders o join payments p on p.checkout_id = o.checkout_id where o.id = any($1)`,
      [ids],
    );
    expect(rows).to.have.length(ids.length);
    // More may have gone back at the provider and outside than was paid: no note says that.
    expect(
      rows.filter(({ papers, kept, outside }) => papers !== Math.max(0, kept - outside)),
      `seed ${seed}`,
    ).to.deep.equal([]);
    expect(rows.reduce((sum, { notes }) => sum + notes, 0)).to.be.above(ids.length / 2);
    const atProvider = new Map<string | null, number>();
    for (const { checkoutId, amount, refunded } of await charges(flow.simulator))
      atProvider.set(checkoutId, (atProvider.get(checkoutId) ?? 0) + amount - refunded);
    expect(rows.filter(({ checkoutId, kept }) => atProvider.get(checkoutId) !== kept)).to.deep.equal([]);
  }
});
