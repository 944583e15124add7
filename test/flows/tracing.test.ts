import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { type OtlpReceiver, openOtlpReceiver } from '../support/otlp-receiver.ts';
import { openReceiver, type Receiver } from '../support/receiver.ts';
import { planted } from '../support/secrets.ts';
import { authenticate } from '../support/simulator.ts';
import { openStaffClient } from '../support/staff-client.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Flow, startFlow } from './stack.ts';

const REQUEST = 'POST /api/v1/store/checkout';
const DELIVERY = ['process webhook delivery', 'webhooks.post'];

describe('the trace of a purchase', function () {
  this.timeout(120_000);
  let collector: OtlpReceiver;
  let subscriber: Receiver;
  let flow: Flow;
  before(async () => {
    collector = await openOtlpReceiver();
    subscriber = await openReceiver();
    flow = await startFlow({ env: collector.env });
    const staff = await openStaffClient(flow.stack.url);
    const body = { url: subscriber.url, events: ['order.confirmed', 'invoice.issued'] };
    expect((await staff.ask('POST', '/../admin/webhooks', { body })).status).to.equal(201);
  });
  after(async () => {
    await flow?.stop();
    await subscriber?.close();
    await collector?.close();
  });

  const buy = async (method: string) => {
    const variantId = await flow.books.stock({ stock: 5, price: 49_900 });
    const [cart, before] = [await flow.shop.cart([{ variantId, quantity: 1 }]), collector.spans.length];
    const checkout = await flow.shop.checkout(cart, { method });
    const request = await waitFor('the request has come', () =>
      collector.spans.slice(before).find(({ name }) => name === REQUEST),
    );
    return { checkout, traceId: request.traceId };
  };

  /** The spans of the trace once every path is among them. */
  const complete = (traceId: string, paths: string[][]) =>
    waitFor(
      'the trace is complete',
      () => {
        const tree = collector.tree(traceId);
        expect(tree.map(({ path }) => path.join(' > '))).to.include.members(paths.map((path) => path.join(' > ')));
        return tree;
      },
      20_000,
    );

  const ACCEPTED = [REQUEST, 'transaction checkout.start', 'process checkout.advance', 'transaction checkout.advance'];
  const CALLED = [...ACCEPTED, 'process payments.execute'];
  /** What follows from an order, below the transaction that stores it. */
  const followUps = (ordered: string[]) => [
    [...ordered, 'process mail.tell', 'mail.send'],
    [...ordered, ...DELIVERY],
    [...ordered, 'issue invoice', ...DELIVERY],
  ];

  /** The histories with rows of a purchase, and the trace ids in them. */
  const traced = async ({ id }: { id: string }) => {
    const rows = await flow.books.query<{ history: string; trace: string | null }>(
      `with purchase as (select id, order_id from checkouts where id = $1), written (history, trace_id) as (
          select 'checkout', h.trace_id from checkout_history h join purchase p on p.id = h.checkout_id
          union all select 'order', h.trace_id from order_history h join purchase p using (order_id)
          union all select 'stock', m.trace_id from inventory_movements m join purchase p on m.cause_id in (p.id, p.order_id))
        select distinct history, replace(trace_id::text, '-', '') as trace from written order by 1, 2`,
      [id],
    );
    return rows.map(({ history, trace }) => `${history}: ${trace}`);
  };
  const ofPurchase = (traceId: string) => ['checkout', 'order', 'stock'].map((history) => `${history}: ${traceId}`);

  it('leads from the request through both processes to the mail, the invoice and the subscriber', async () => {
    const { checkout, traceId } = await buy('pm_card_visa');
    await flow.shop.reached(checkout, 'COMPLETED');
    const ordered = [...CALLED, 'transaction payments.execute'];
    const tree = await complete(traceId, [[...CALLED, 'payments.open'], ...followUps(ordered)]);
    const at = (name: string) => tree.find((span) => span.name === name);
    expect(tree.filter(({ path }) => path[0] !== REQUEST)).to.deep.equal([]);
    expect(at(REQUEST)).to.include({ service: 'vcecom-web', kind: 2 });
    expect(at(REQUEST)?.attributes).to.include({
      'http.request.method': 'POST',
      'http.route': '/api/v1/store/checkout',
      'http.response.status_code': 202,
    });
    expect(at('process checkout.advance')).to.include({ service: 'vcecom-worker', kind: 5 });
    expect(at('process checkout.advance')?.attributes).to.include({
      'messaging.destination.name': 'checkout',
      'job.name': 'checkout.advance',
      'job.outcome': 'done',
    });
    expect(at('process checkout.advance')?.attributes['job.wait_ms']).to.be.within(0, 60_000);
    expect(at('payments.open')).to.include({ service: 'vcecom-worker', kind: 3 });
    expect(tree.filter(({ status }) => status.code === 2)).to.deep.equal([]);
    expect(await traced(checkout)).to.deep.equal(ofPurchase(traceId));
  });

  it('goes on when the provider reports the payment later, and reaches the subscriber', async () => {
    const { checkout, traceId } = await buy('pm_card_authenticationRequired');
    const waiting = await flow.shop.rested(checkout);
    await authenticate(flow.simulator, waiting.payment?.intentId ?? '', 'succeed');
    await flow.shop.reached(checkout, 'COMPLETED');
    const ordered = [...ACCEPTED, 'process provider event', 'transaction payments.notices'];
    const tree = await complete(traceId, followUps(ordered));
    const posted = tree
      .filter(({ name }) => name === 'webhooks.post')
      .map(({ spanId }) => `00-${traceId}-${spanId}-01`);
    const sent = subscriber.received.map(({ headers }) => headers.traceparent);
    expect(sent).to.include.members(posted);
    expect(await traced(checkout)).to.deep.equal(ofPurchase(traceId));
  });

  it('of a command by staff is named by the histories in the admin API', async () => {
    const { checkout } = await buy('pm_card_visa');
    const { orderId = '' } = await flow.shop.reached(checkout, 'COMPLETED');
    const staff = await openStaffClient(flow.stack.url);
    const { headers } = await staff.ask('POST', `/../admin/orders/${orderId}/transitions`, {
      body: { command: 'PROCESS' },
      headers: { prefer: 'wait=20' },
    });
    const traceId = headers.get('x-trace-id');
    const { history } = await staff.until(orderId, 'processed', ({ state }) => state === 'PROCESSING');
    expect(history.at(-1)).to.include({ event: 'PROCESS', traceId });
    const { body } = await staff.ask<{ data: object[] }>(
      'GET',
      `/../admin/audit-log?targetId=${orderId}&targetType=order`,
    );
    expect(body.data[0]).to.include({ action: 'order.process', traceId });
    const [command] = await flow.books.query(
      `select replace(trace_id::text, '-', '') as "traceId" from order_commands where order_id = $1`,
      [orderId],
    );
    expect(command).to.deep.equal({ traceId });
  });

  it('is named in errors and log lines', async () => {
    const { status, headers } = await flow.shop.ask('GET', '/checkout/01a21b00-0000-7000-8000-000000000000');
    expect(status).to.equal(401);
    const traceId = headers.get('x-trace-id') ?? '';
    await waitFor('the request has come', () => collector.tree(traceId).length > 0);
    const { traceId: bought } = await buy('pm_card_visa');
    for (const [process, id] of [
      ['web', traceId],
      ['web', bought],
      ['worker', bought],
    ] as const) {
      await waitFor(`${process} names ${id}`, async () =>
        (await readFile(join(flow.logs, `${process}.log`), 'utf8')).includes(`"traceId":"${id}"`),
      );
    }
  });

  it('has no personal data', () => {
    expect(collector.bodies.length).to.be.above(3);
    expect(collector.bodies.flatMap((body) => planted.in(body))).to.deep.equal([]);
  });
});
