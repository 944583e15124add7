import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { processProviderEvents } from '../../src/jobs/payments.ts';
import { stripeProvider } from '../../src/ports/payments/stripe.ts';
import { fetchIntents } from '../../src/workers/reconciliation/provider.ts';
import { type Found, keepRunsAway, reconcile, reportOf } from '../support/auditor.ts';
import { metricsOf } from '../support/metrics.ts';
import { rest } from '../support/queues.ts';
import type { Checkout } from '../support/shop.ts';
import { setFaults } from '../support/simulator.ts';
import { openStaffClient, type StaffClient } from '../support/staff-client.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Flow, startFlow } from './stack.ts';

const PRICE = 20_000;
const KEYS = { secretKey: 'sk_test_development', webhookSecret: 'whsec_development' };

const UNDER_WAY = `select from outbox union all select from webhook_inbox where processed_at is null`;

describe('reconciliation', function () {
  this.timeout(120_000);
  let flow: Flow;
  let staff: StaffClient;
  before(async () => {
    flow = await startFlow({ env: { METRICS_ADDRESS: '127.0.0.1:0' } });
    staff = await openStaffClient(flow.stack.url);
    await setFaults(flow.simulator, { webhookDropRate: 1 });
  });
  after(() => flow?.stop());

  const goods = () => flow.books.stock({ stock: 5, price: PRICE });
  const buy = async () => flow.shop.buy([{ variantId: await goods(), quantity: 1 }]);
  const waiting = async (variantId?: string) => {
    const cart = await flow.shop.cart([{ variantId: variantId ?? (await goods()), quantity: 1 }]);
    return flow.shop.rested(await flow.shop.checkout(cart));
  };
  const provider = () => stripeProvider({ ...KEYS, apiUrl: flow.simulator });
  const sql = (text: string, ...values: unknown[]) => flow.books.query<Record<string, string>>(text, values);

  async function pay({ payment }: Checkout): Promise<void> {
    const body = new URLSearchParams({ client_secret: payment?.clientSecret ?? '', payment_method: 'pm_card_visa' });
    await fetch(`${flow.simulator}/v1/payment_intents/${payment?.intentId}/confirm`, { method: 'POST', body });
  }

  /** Each plants one damage, and answers what is to be found of it: the kind, the subject and what becomes of it. */
  const PLANTED: Record<string, () => Promise<[kind: string, id: string, state: 'healed' | 'person'][]>> = {
    'an amount that was changed': async () => {
      const { id, orderId = '' } = await buy();
      await sql(`update payments set captured = captured - 1 where checkout_id = $1`, id);
      return [
        ['provider.amount-differs', id, 'person'],
        ['payments.pay-their-order', orderId, 'person'],
      ];
    },
    'a reservation that is lost': async () => {
      const { id } = await waiting();
      await sql(`delete from reservations where checkout_id = $1`, id);
      return [['checkouts.hold-what-they-asked-for', id, 'healed']];
    },
    'units on the shelf off by one': async () => {
      const variantId = await goods();
      await sql(`update stock_levels set on_hand = on_hand + 1 where variant_id = $1`, variantId);
      return [['stock.levels-are-their-movements', variantId, 'person']];
    },
    'reserved units off by one': async () => {
      const variantId = await goods();
      await sql(`update stock_levels set reserved = reserved + 1 where variant_id = $1`, variantId);
      return [
        ['stock.reserved-is-held', variantId, 'healed'],
        ['stock.levels-are-their-movements', variantId, 'healed'],
      ];
    },
    'a payment without its order': async () => {
      const { id } = await waiting();
      await sql(`update checkouts set expires_at = now() - interval '1 s' where id = $1`, id);
      await waitFor(
        'it expires',
        async () => (await sql(`select state from checkouts where id = $1`, id))[0]?.state === 'EXPIRED',
      );
      await waitFor(
        'its intent is over',
        async () => (await sql(`select status from payments where checkout_id = $1`, id))[0]?.status === 'canceled',
      );
      await sql(`update payments set status = 'succeeded', captured = amount where checkout_id = $1`, id);
      return [
        ['payments.without-order-go-back', id, 'healed'],
        ['provider.amount-differs', id, 'person'],
      ];
    },
    'a price that was changed': async () => {
      const { id } = await buy();
      await sql(
        `update pricing_snapshots set output = jsonb_set(output, '{totals,tax}', '1') where checkout_id = $1`,
        id,
      );
      return [['pricing.replays', id, 'person']];
    },
    'a second charge for a checkout': async () => {
      const { id: checkoutId } = await buy();
      const beside = { checkoutId, amount: 700, currency: 'INR', method: 'pm_card_visa', key: randomUUID() };
      await provider().open(beside);
      return [['provider.second-charge', checkoutId, 'healed']];
    },
    'a charge for a checkout of somebody else': async () => {
      const checkoutId = randomUUID();
      await provider().open({ checkoutId, amount: 700, currency: 'INR', method: 'pm_card_visa', key: randomUUID() });
      return [['provider.unknown-intent', checkoutId, 'person']];
    },
    'a refund at the staff of the provider that nobody told us of': async () => {
      const { id, payment } = await buy();
      const refund = { intentId: payment?.intentId ?? '', amount: 300, key: randomUUID(), reference: 'the desk' };
      await provider().refund(refund);
      return [['provider.refund-missed', id, 'healed']];
    },
    'a refund in our books that the provider does not have': async () => {
      const { id, orderId = '' } = await buy();
      const books = `update payments set refunded = 100, refund_asked = 100 where checkout_id = $1 returning id`;
      const [payment] = await sql(books, id);
      return [
        ['payments.refunded-is-its-refunds', payment?.id ?? '', 'person'],
        ['provider.refund-missing', id, 'person'],
        ['payments.pay-their-order', orderId, 'person'],
      ];
    },
    'a payment under the name of another intent': async () => {
      const { id } = await buy();
      await sql(`update payments set intent_id = 'pi_gone' where checkout_id = $1`, id);
      // Ours is not there, so the other is no second charge: nothing is given back.
      return [['provider.second-charge', id, 'person']];
    },
    'an order whose invoice was lost': async () => {
      const { orderId = '' } = await buy();
      await waitFor(
        'it is issued',
        async () => (await sql(`select 1 from documents where order_id = $1`, orderId)).length > 0,
      );
      await sql(`delete from documents where order_id = $1`, orderId);
      return [['documents.are-issued', orderId, 'healed']];
    },
    'a command that nobody delivers': async () => {
      const id = randomUUID();
      await sql(
        `insert into outbox values ($1::uuid, 'mail', 'mail.tell', jsonb_build_object('letter', 'order-confirmed', 'id', $1::text),
          '{"requestId": "planted", "traceparent": ""}', 3, now() + interval '1 d', now() - interval '1 h')`,
        id,
      );
      return [['outbox.is-delivered', id, 'healed']];
    },
    'an event that nobody works on': async () => {
      const id = `evt_${randomUUID()}`;
      await sql(
        `insert into webhook_inbox (provider, event_id, type, created_at, due_at, received_at)
          values ('stripe', $1, 'charge.updated', now(), now() + interval '1 d', now() - interval '1 h')`,
        id,
      );
      return [['webhooks.are-processed', id, 'healed']];
    },
    'a cart that says it is being checked out': async () => {
      const { id } = await flow.shop.cart([{ variantId: await goods(), quantity: 1 }]);
      const before = await waiting();
      await flow.shop.settled(await flow.shop.cancel(before));
      await sql(`update carts set status = 'checkout' where id = $1`, before.cartId);
      return id ? [['carts.belong-to-their-checkout', before.cartId, 'healed']] : [];
    },
    'an order with a line too many': async () => {
      const { orderId = '' } = await buy();
      await sql(`update order_lines set discount = 1 where order_id = $1`, orderId);
      return [['orders.totals-are-their-lines', orderId, 'person']];
    },
    // The last ones: the sweeper asks the provider by itself about payments that have not moved for a while.
    'an order without its payment': async () => {
      const { id, orderId = '' } = await buy();
      await sql(`update payments set status = 'processing', captured = 0 where checkout_id = $1`, id);
      return [
        ['provider.success-missed', id, 'healed'],
        ['payments.pay-their-order', orderId, 'person'],
      ];
    },
    'a webhook that never came': async () => {
      const checkout = await waiting();
      await pay(checkout);
      return [
        ['provider.event-missed', checkout.id, 'healed'],
        ['provider.success-missed', checkout.id, 'healed'],
      ];
    },
  };

  it('finds each planted damage, heals what its rule says and reports the rest; again it finds nothing new', async () => {
    const planted = new Map<string, [string, string, string][]>();
    const letRunsBegin = await keepRunsAway(flow.books);
    for (const [name, plant] of Object.entries(PLANTED)) planted.set(name, await plant());
    // Events that the run takes in are worked on at once: here only after payments were compared as well.
    const goOn = await rest(flow.stack.redisUrl, processProviderEvents);
    await letRunsBegin();
    const first = await reportOf(staff, await reconcile(staff, 'full')).finally(goOn);
    for (const [name, wanted] of planted) {
      for (const [kind, id, state] of wanted) {
        const found = first.find((one) => one.kind === kind && one.subject.includes(id));
        expect(found?.state, `${name}: ${kind}, ${found?.action}`).to.equal(state);
        expect(found?.rule).to.have.length.above(20);
      }
    }
    const expected = new Set([...planted.values()].flat().map(([kind]) => kind));
    const others = first.filter(({ kind }) => !expected.has(kind) && kind !== 'documents.have-no-gap');
    expect(others.map(({ kind, facts }) => ({ kind, facts }))).to.deep.equal([]);
    // What a rule handed to a queue has to have been done.
    await waitFor('nothing is under way', async () => (await sql(UNDER_WAY)).length === 0);
    const second = await reconcile(staff, 'full');
    const found = await reportOf(staff, second);
    expect(
      second.counts.found,
      JSON.stringify(found.map(({ kind, subject, state }) => [kind, subject, state])),
    ).to.equal(0);
    // What was healed is gone, and so is what a person only had to see because of it.
    expect(found.filter(({ state }) => state !== 'person')).to.deep.equal([]);
  });

  it('is seen by whoever watches over the shop', async () => {
    const text = await metricsOf(flow, 'worker');
    expect(text).to.match(/^vcecom_discrepancies_open\{kind="[a-z.-]+",state="person",severity="critical"\} [1-9]/m);
    expect(text).to.match(/^vcecom_facts_total\{fact="discrepancy.found",kind="[a-z.-]+"\} [1-9]/m);
    for (const gauge of ['reconciliation_age_seconds{kind="full"}', 'outbox_commands', 'outbox_oldest_seconds'])
      expect(text).to.contain(`\nvcecom_${gauge} `);
    expect(text).to.contain('vcecom_queue_jobs{queue="orders",state="failed"} 0');
    expect(text).to.not.contain('@');
    const web = await metricsOf(flow, 'web');
    expect(web).to.match(/^vcecom_work_group_members_count\{name="checkout.start"\} [1-9]/m);
    for (const process of [text, web])
      expect(process).to.match(/^vcecom_database_connections\{pool="statements",state="idle"\} [1-9]/m);
    expect(web).to.match(
      /^vcecom_http_request_seconds_count\{method="POST",route="\/api\/v1\/store\/checkout",status="202"\} [1-9]/m,
    );
  });

  it('shows what waits for a person, until they have seen to it, and as a file', async () => {
    const path = '/../admin/reconciliation/discrepancies';
    const { body } = await staff.ask<{ data: Found[] }>('GET', `${path}?state=person&kind=pricing.replays`);
    const [one] = body.data;
    expect((await staff.ask('POST', `${path}/${one?.id}/heal`, { body: {} })).status).to.equal(409);
    const resolved = await staff.ask<Found>('POST', `${path}/${one?.id}/resolve`, {
      body: { note: 'Changed by the test' },
    });
    expect(resolved.body.state).to.equal('resolved');
    expect((await staff.ask('POST', `${path}/${one?.id}/resolve`, { body: { note: 'Again' } })).status).to.equal(404);
    const [run] = (await staff.ask<{ data: { id: string }[] }>('GET', '/../admin/reconciliation/runs?limit=1')).body
      .data;
    const headers = { accept: 'text/csv' };
    const file = staff
      .ask('GET', `/../admin/reconciliation/runs/${run?.id}/report`, { headers })
      .catch((error) => error);
    expect(String(await file)).to.include('foundAt');
  });

  it('asks for a payment by itself that stands elsewhere in the list of the provider, as after an outage', async () => {
    const { id } = await buy();
    const [intent] = await sql(`select intent_id as id from payments where checkout_id = $1`, id);
    // Of a time in which nothing was made at the provider.
    const since = new Date(Date.now() + 1_800_000);
    const opened = new Date(since.getTime() + 100_000);
    const run = { since, startedAt: new Date(since.getTime() + 300_000), startedBy: 'staff', cursor: null };
    const look = () => fetchIntents({ provider: provider(), db: { query: flow.books.query } }, run);
    await sql(`update payments set created_at = $2 where checkout_id = $1`, id, opened);
    const late = await look();
    expect([late.intents.map((one) => one.id), late.missing]).to.deep.equal([[intent?.id], []]);
    await sql(`update payments set intent_id = $2 where checkout_id = $1`, id, `pi_${randomUUID()}`);
    const unknown = await look();
    expect([unknown.intents, unknown.missing.map(({ checkoutId }) => checkoutId)]).to.deep.equal([[], [id]]);
    await sql(`update payments set intent_id = $2, created_at = now() where checkout_id = $1`, id, intent?.id);
  });
});
