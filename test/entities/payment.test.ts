import { expect } from 'chai';
import { Payment } from '../../src/entities/payment/payment.ts';

const NOW = new Date();

describe('the refunds of a payment', () => {
  const payment = (facts: { captured: number; refunded: number; refundAsked: number }): Payment =>
    Object.assign(new Payment(), { checkoutId: 'c', ...facts });

  it('are requested up to what was captured, and no further', () => {
    const paid = payment({ captured: 1_000, refunded: 0, refundAsked: 0 });
    paid.reserveRefund(600, NOW);
    paid.reserveRefund(400, NOW);
    expect(() => paid.reserveRefund(1, NOW))
      .to.throw()
      .with.property('code', 'REFUND_EXCEEDS_PAYMENT');
    expect(paid.refundAsked).to.equal(1_000);
  });

  it('that were made in the dashboard reduce what can be requested, unless a failed request covers them', () => {
    const untouched = payment({ captured: 1_000, refunded: 0, refundAsked: 0 });
    untouched.recordDashboardRefund({ amount: 300, elsewhere: 0, now: NOW });
    expect([untouched.refunded, untouched.refundAsked]).to.deep.equal([300, 300]);
    const failed = payment({ captured: 1_000, refunded: 0, refundAsked: 400 });
    failed.recordDashboardRefund({ amount: 300, elsewhere: 0, now: NOW });
    expect([failed.refunded, failed.refundAsked]).to.deep.equal([300, 400]);
    const pending = payment({ captured: 1_000, refunded: 0, refundAsked: 400 });
    pending.recordDashboardRefund({ amount: 300, elsewhere: 400, now: NOW });
    expect(pending.refundAsked).to.equal(700);
  });
});
