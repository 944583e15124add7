import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { BENGALURU } from '../support/address.ts';
import type { Failed } from '../support/shop.ts';
import { openStaffClient, type StaffClient, type Told } from '../support/staff-client.ts';
import { type Flow, sharedFlow } from './stack.ts';

describe('an order', () => {
  let flow: Flow;
  let staff: StaffClient;
  before(async function () {
    flow = await sharedFlow(this);
    staff = await openStaffClient(flow.stack.url);
  });

  /** Buys `quantity` units at 333.33 each: an amount that no split divides evenly. */
  const bought = async (quantity: number) => {
    const variantId = await flow.books.stock({ stock: 20, price: 33_333 });
    const checkout = await flow.shop.buy([{ variantId, quantity }]);
    return { id: checkout.orderId ?? '', variantId, checkout };
  };

  it('is packed, sent in two parcels and delivered', async () => {
    const { id } = await bought(3);
    expect((await staff.done(id, 'transitions', { command: 'PROCESS' })).state).to.equal('PROCESSING');
    const parcel = { lines: [{ line: 1, quantity: 2 }], carrier: 'India Post', trackingNumber: 'EE123456789IN' };
    const partly = await staff.done(id, 'shipments', parcel);
    expect(partly).to.include({ state: 'PROCESSING' });
    expect(partly.shipments[0]).to.include({ number: 1, carrier: 'India Post', trackingNumber: 'EE123456789IN' });
    const sent = await staff.done(id, 'shipments');
    expect(sent.state).to.equal('SHIPPED');
    expect(sent.shipments[1]?.lines).to.deep.equal([{ line: 1, quantity: 1 }]);
    const [first, second] = sent.shipments;
    expect((await staff.done(id, `shipments/${first?.id}/delivery`)).state).to.equal('SHIPPED');
    const arrived = await staff.done(id, `shipments/${second?.id}/delivery`);
    expect(arrived.state).to.equal('DELIVERED');
    const trail = arrived.history.map(({ event, to }) => `${event} → ${to}`);
    expect(trail).to.deep.equal([
      'PLACED → PENDING',
      'PAID → CONFIRMED',
      'PROCESS → PROCESSING',
      'SHIP → PROCESSING',
      'SHIP → SHIPPED',
      'DELIVER → SHIPPED',
      'DELIVER → DELIVERED',
    ]);
    expect(arrived.history[2]?.actor).to.match(/^staff:/);
  });

  it('has commands that name the shipment, refund or return that they made or changed', async () => {
    const { id } = await bought(3);
    const one = { lines: [{ line: 1, quantity: 1 }] };
    const results = async (...commands: [path: string, body?: object][]) => {
      const told: Told[] = [];
      for (const [path, body] of commands) told.push(await staff.tell(id, path, body));
      return told.map(({ result }) => result);
    };
    const [packed, sent] = await results(['transitions', { command: 'PROCESS' }], ['shipments', one]);
    const [given] = await results(['refunds', { ...one, reason: 'Goodwill' }]);
    const [back] = await results(['returns', { ...one, reason: 'damaged' }]);
    const agreed = await results([`returns/${back?.returnId}/approve`]);
    const [cancelled] = await results(['cancellations', { ...one, reason: 'The customer rang' }]);
    const { shipments, refunds, returns } = await staff.order(id);
    expect(packed).to.equal(null);
    expect(sent).to.deep.equal({ shipmentId: shipments[0]?.id });
    expect([given?.refundId, cancelled?.refundId]).to.have.members(refunds.map((refund) => refund.id));
    expect([back, ...agreed]).to.deep.equal(Array(2).fill({ returnId: returns[0]?.id }));
  });

  it('refuses the idempotency key of one return or shipment for another', async () => {
    const { id } = await bought(1);
    for (const [part, command] of [
      ['returns', 'approve'],
      ['returns', 'receive'],
      ['shipments', 'delivery'],
      ['refunds', 'retry'],
    ]) {
      const headers = { 'idempotency-key': randomUUID() };
      const send = (partId: string) =>
        staff.ask<Failed>('POST', `/../admin/orders/${id}/${part}/${partId}/${command}`, { body: {}, headers });
      const one = randomUUID();
      expect((await send(one)).status, command).to.equal(202);
      expect((await send(one)).headers.get('idempotent-replayed'), command).to.equal('true');
      const other = await send(randomUUID());
      expect([other.status, other.body.error.code], command).to.deep.equal([422, 'IDEMPOTENCY_KEY_REUSED']);
    }
  });

  it('goes back on the shelf and to the customer when it is cancelled', async () => {
    const { id, variantId, checkout } = await bought(3);
    const before = await flow.books.level(variantId);
    const told = await staff.tell(id, 'transitions', { command: 'CANCEL', reason: 'The customer rang' });
    const cancelled = await staff.order(id);
    expect(told.result).to.deep.equal({ refundId: cancelled.refunds[0]?.id });
    expect(cancelled.state).to.equal('CANCELLED');
    expect(cancelled.lines[0]).to.include({ cancelled: 3, refunded: 3, shipped: 0 });
    const over = await staff.until(id, 'the money is back', ({ refunds }) => refunds[0]?.state === 'succeeded');
    expect(over.refunds).to.have.length(1);
    expect(over.refunds[0]).to.include({ amount: checkout.total, cause: 'cancellation' });
    expect(over.refunded).to.equal(checkout.total);
    const after = await flow.books.level(variantId);
    expect(after.onHand).to.equal(before.onHand + 3);
    const { captured, refunded, returned } = await flow.books.money(checkout.id);
    expect([captured, refunded, returned]).to.deep.equal([checkout.total, checkout.total, [checkout.total]]);
  });

  it('says what it allows when it is asked for what it does not', async () => {
    const { id } = await bought(1);
    const told = await staff.tell(id, 'shipments');
    expect(told.state).to.equal('refused');
    expect(told.error?.code).to.equal('ORDER_STATE_CONFLICT');
    const before = ['PROCESS', 'CANCEL', 'CANCEL_BY_CUSTOMER', 'CANCEL_UNITS', 'REFUND', 'RECORD_REFUND'];
    expect(told.error?.details.allowed).to.deep.equal(before);
    expect((await staff.order(id)).shipments).to.deep.equal([]);
    const headers = { prefer: 'wait=20', 'idempotency-key': told.id };
    for (const _ of ['first', 'again']) {
      const answer = await staff.ask<Told>('POST', `/../admin/orders/${id}/shipments`, { body: {}, headers });
      expect([answer.status, answer.body.error?.code]).to.deep.equal([409, 'ORDER_STATE_CONFLICT']);
      expect(answer.body.error?.details).to.include.keys('allowed', 'commandId');
    }
  });

  it('is refunded to the paisa, unit by unit, and is then REFUNDED', async () => {
    const { id, checkout } = await bought(3);
    await staff.done(id, 'transitions', { command: 'PROCESS' });
    await staff.done(id, 'shipments');
    for (const delivery of [false, false, true]) {
      const body = { lines: [{ line: 1, quantity: 1 }], delivery, reason: 'Goodwill' };
      await staff.done(id, 'refunds', body);
    }
    const over = await staff.until(id, 'all is refunded', ({ state }) => state === 'REFUNDED');
    expect(over.refunds.map(({ state }) => state)).to.deep.equal(['succeeded', 'succeeded', 'succeeded']);
    expect(over.refunds.reduce((sum, { amount }) => sum + amount, 0)).to.equal(checkout.total);
    const again = await staff.tell(id, 'refunds', { lines: [{ line: 1, quantity: 1 }], reason: 'Once more' });
    expect(again.error?.code).to.equal('UNITS_UNAVAILABLE');
  });

  it('is refunded unit by unit also where a unit costs less than the tax that falls on it', async () => {
    const { books, shop } = flow;
    const [dust, dear] = [await books.stock({ stock: 7, price: 1 }), await books.stock({ stock: 1, price: 10_000 })];
    const items = [dust, dear].map((variantId, place) => ({ variantId, quantity: place === 0 ? 7 : 1 }));
    const id = (await shop.buy(items, { address: BENGALURU })).orderId ?? '';
    await staff.done(id, 'transitions', { command: 'PROCESS' });
    await staff.done(id, 'shipments');
    await staff.done(id, 'refunds', { lines: [{ line: 1, quantity: 6 }], reason: 'Goodwill' });
    await staff.done(id, 'refunds', { lines: [1, 2].map((line) => ({ line, quantity: 1 })), reason: 'Goodwill' });
    // 0.07 × 18 / 236 = 0.0053: one paisa for each half of seven units. The value of all is five paise: six of them have no six.
    const parts = await books.query(
      `select quantity, amount::int, taxable::int, cgst::int, sgst::int from refund_lines
        where order_id = $1 and line = 1 order by refund_id`,
      [id],
    );
    expect(parts).to.deep.equal([
      { quantity: 6, amount: 6, taxable: 4, cgst: 1, sgst: 1 },
      { quantity: 1, amount: 1, taxable: 1, cgst: 0, sgst: 0 },
    ]);
  });

  it('takes goods back: asked for, approved, received and partly on sale again', async () => {
    const { id, variantId } = await bought(3);
    await staff.done(id, 'transitions', { command: 'PROCESS' });
    await staff.done(id, 'shipments');
    const { onHand } = await flow.books.level(variantId);
    const asked = await staff.done(id, 'returns', { lines: [{ line: 1, quantity: 2 }], reason: 'damaged' });
    const [one] = asked.returns;
    const tooMany = await staff.tell(id, 'returns', { lines: [{ line: 1, quantity: 2 }], reason: 'other' });
    expect(tooMany.error).to.deep.include({ code: 'UNITS_UNAVAILABLE' });
    await staff.done(id, `returns/${one?.id}/approve`);
    const received = await staff.done(id, `returns/${one?.id}/receive`, { restock: [{ line: 1, quantity: 1 }] });
    expect(received.lines[0]).to.include({ returned: 2, refunded: 2, shipped: 3 });
    expect(received.returns[0]?.lines).to.deep.equal([{ line: 1, quantity: 2, restocked: 1 }]);
    expect(received.returns[0]?.refundId).to.equal(received.refunds[0]?.id);
    expect((await flow.books.level(variantId)).onHand).to.equal(onHand + 1);
    const twice = await staff.tell(id, `returns/${one?.id}/receive`);
    expect(twice.error?.code).to.equal('RETURN_STATE_CONFLICT');
    await staff.until(id, 'the money is back', ({ refunds }) => refunds[0]?.state === 'succeeded');
  });
});
