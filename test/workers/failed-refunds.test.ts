import { expect } from 'chai';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { recordFacts } from '../support/facts.ts';
import { PaidOrder } from './paid-order.ts';

describe('a refund that fails at the provider', () => {
  let database: FreshDatabase;
  before(async () => {
    database = await freshDatabase();
  });
  after(() => database?.close());

  /** An order that was cancelled, and for whose refund the provider was called. */
  async function refunded(refundStatus: PaidOrder['refundStatus']) {
    const order = new PaidOrder(database);
    await order.place([{ quantity: 1, price: 10_000, half: 238, ratePercent: '5' }], { withDelivery: false });
    order.refundStatus = refundStatus;
    await order.command('CANCEL');
    await order.settle();
    const [refund] = order.refunds;
    if (!refund) throw new Error('the provider was not called');
    return { order, refund };
  }

  /** How many failed refunds the metrics count during the work. */
  async function failuresIn(work: () => Promise<unknown>): Promise<number> {
    const facts = recordFacts();
    await work().finally(() => facts.stop());
    return facts.of('payment.refund.failed').length;
  }

  it('is counted once when the answer of the call says so, and an event after it', async () => {
    const counted = await failuresIn(async () => {
      const { order, refund } = await refunded('failed');
      await order.reportFailure(refund);
      expect(await order.booked()).to.deep.equal(['cancellation failed 10000']);
    });
    expect(counted).to.equal(1);
  });

  it('is counted once when two events say so', async () => {
    const { order, refund } = await refunded('pending');
    const counted = await failuresIn(async () => {
      await order.reportFailure(refund);
      await order.reportFailure(refund);
    });
    expect(counted).to.equal(1);
    expect(await order.booked()).to.deep.equal(['cancellation failed 10000']);
  });

  it('is counted when it has no call in the books, as that of a second charge', async () => {
    const { order } = await refunded('succeeded');
    expect(await failuresIn(() => order.reportFailure({ id: 're_of_a_second_charge' }))).to.equal(1);
  });
});
