import { expect } from 'chai';
import type { Intent, PaymentProvider } from '../../src/ports/payments/port.ts';
import type { WorkerDeps } from '../../src/workers/deps.ts';
import { REPAIRS } from '../../src/workers/reconciliation/repairs.ts';

const INTENT: Intent = {
  id: 'pi_2',
  checkoutId: 'c',
  status: 'succeeded',
  currency: 'INR',
  amount: 500,
  amountReceived: 500,
  amountRefunded: 200,
  clientSecret: null,
  declineCode: null,
  createdAt: new Date(),
};
const FOUND = { id: 'd', kind: 'k', facts: { intentId: 'pi_2', ourIntentId: 'pi_1' } };

describe('the repair of a discrepancy', () => {
  const refunds: object[] = [];
  beforeEach(() => refunds.splice(0));

  const provider: Partial<PaymentProvider> = {
    retrieve: async () => INTENT,
    refundsOf: async () => [],
    async refund(refund) {
      refunds.push(refund);
      const { intentId, amount, reference } = refund;
      return { id: 're_1', intentId, amount, status: 'succeeded', reference };
    },
  };
  const deps = { provider } as WorkerDeps;

  for (const [kind, { inspect }] of Object.entries(REPAIRS)) {
    if (!inspect) continue;
    it(`inspects ${kind} without a refund`, async () => {
      await inspect(deps, FOUND);
      expect(refunds).to.deep.equal([]);
    });
  }

  it('refunds what is left of a second charge, under one key for each rest', async () => {
    const repair = async (found: object) =>
      REPAIRS['provider.second-charge']?.repairOutside?.(deps, { ...FOUND, ...found });
    await repair({ intent: { ...INTENT, amountRefunded: 0 } });
    await repair({ intent: INTENT });
    await repair({ intent: { ...INTENT, amountRefunded: 500 } });
    await repair({});
    const reference = 'return-pi_2';
    expect(refunds).to.deep.equal([
      { intentId: 'pi_2', amount: 500, key: 'return-pi_2', reference },
      { intentId: 'pi_2', amount: 300, key: 'return-pi_2-200', reference },
    ]);
  });
});
