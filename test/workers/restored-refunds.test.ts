import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { Payment } from '../../src/entities/payment/payment.ts';
import { unitOfWork } from '../../src/infra/database/unit-of-work.ts';
import { newId } from '../../src/infra/ids.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { PaidOrder } from './paid-order.ts';

describe('a refund that a restored database requests again', () => {
  let database: FreshDatabase;
  before(async () => {
    database = await freshDatabase();
  });
  after(() => database?.close());

  async function paidOrder(): Promise<PaidOrder> {
    const order = new PaidOrder(database);
    await order.place([{ quantity: 1, price: 10_000, half: 238, ratePercent: '5' }], { withDelivery: false });
    return order;
  }

  /** The calls for refunds of an order. */
  const callsOf = (order: PaidOrder): Promise<object[]> =>
    order.query(
      `select o.id, o.refund_id as "refundId", o.idempotency_key as key from payment_operations o
        join payments p on p.id = o.payment_id where p.checkout_id = $1 order by o.id`,
      [order.checkoutId],
    );

  it('has the ids of its commands, so that the provider repeats its answers', async () => {
    const order = await paidOrder();
    order.refundStatus = 'failed';
    await order.command('REFUND', { amount: 1_000 });
    await order.settle();
    const [refund] = await order.query<{ id: string }>(`select id from refunds where order_id = $1`, [order.orderId]);
    const refundId = refund?.id ?? '';
    await order.command('RETRY_REFUND', { refundId });
    await order.settle();
    const commands = await order.query<{ id: string }>(
      `select id from order_commands where order_id = $1 order by id`,
      [order.orderId],
    );
    const [asked, retried] = commands.map(({ id }) => id);
    expect(refundId).to.equal(asked);
    expect(await callsOf(order)).to.deep.equal([
      { id: asked, refundId, key: `refund-${refundId}-1` },
      { id: retried, refundId, key: `refund-${refundId}-2` },
    ]);
    expect(order.refunds.map(({ reference }) => reference)).to.deep.equal([asked, retried]);
  });

  it('has the id of its checkout if there is no order', async () => {
    const order = await paidOrder();
    const { checkoutId } = order;
    const id = await unitOfWork(database.db, 'test', async (tx) =>
      (await Payment.of(tx, checkoutId)).requestRefund(tx, 500),
    );
    expect(id).to.equal(checkoutId);
    expect(await callsOf(order)).to.deep.equal([{ id, refundId: null, key: `refund-${checkoutId}` }]);
  });

  it('is not taken for one of the dashboard of the provider while its command is pending', async () => {
    const order = await paidOrder();
    const commandId = newId();
    await order.query(
      `insert into order_commands (id, order_id, kind, work, actor, state, created_at)
        values ($1, $2, 'REFUND', '{"amount": 1000}', 'staff:test', 'pending', now())`,
      [commandId, order.orderId],
    );
    const { intentId } = order;
    const refund = { id: `re_${randomUUID()}`, intentId, amount: 1_000, status: 'succeeded' } as const;
    order.refunds.push({ ...refund, reference: commandId });
    expect(await order.readDashboard()).to.equal(0);
    await order.query(
      `update order_commands set state = 'refused', decided_at = now(), error = '{"code": "NOTHING_TO_REFUND", "details": {}}'
        where id = $1`,
      [commandId],
    );
    expect(await order.readDashboard()).to.equal(1);
    expect(await order.booked()).to.deep.equal(['provider succeeded 1000']);
  });

  /** A refund of the order at the provider, whose command the database does not know. */
  const lost = ({ intentId }: PaidOrder, amount: number, status: 'succeeded' | 'failed' = 'succeeded') =>
    ({ id: `re_${randomUUID()}`, intentId, amount, status, reference: newId() }) as const;

  it('is the one that the provider has, if its command was lost and staff request it again', async () => {
    const order = await paidOrder();
    order.refunds.push(lost(order, 1_000, 'failed'), lost(order, 1_000));
    await order.command('REFUND', { amount: 1_000 });
    await order.settle();
    expect(order.refunds).to.have.length(2);
    expect(await order.booked()).to.deep.equal(['refund succeeded 1000']);
    expect(await order.readDashboard()).to.equal(0);
    // Another request is another refund.
    await order.command('REFUND', { amount: 1_000 });
    await order.settle();
    expect(order.refunds).to.have.length(3);
  });

  it('is another one than a refund of the dashboard, or one of another amount', async () => {
    const order = await paidOrder();
    order.refunds.push({ ...lost(order, 1_000), reference: null }, lost(order, 700));
    await order.command('REFUND', { amount: 1_000 });
    await order.settle();
    expect(order.refunds).to.have.length(3);
    expect(await order.readDashboard()).to.equal(2);
  });
});
