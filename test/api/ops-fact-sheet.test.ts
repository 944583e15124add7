import { expect } from 'chai';
import { factSheet } from '../../src/api/ops/reconciliation/fact-sheet.ts';

describe('the fact sheet of a discrepancy', () => {
  it('compares our books with those of the provider', () => {
    const sheet = factSheet({
      checkoutId: 'c1',
      ours: { status: 'captured', captured: 500, refunded: 0 },
      theirs: { status: 'succeeded', received: 700, refunded: 0 },
    });
    expect(sheet).to.deep.equal({
      accounts: ['VCEcom', 'Payment provider'],
      compared: [
        { name: 'status', values: ['captured', 'succeeded'] },
        { name: 'captured', values: ['500', '700'] },
        { name: 'refunded', values: ['0', '0'] },
      ],
      single: [['checkoutId', 'c1']],
    });
  });

  it('shows a column for the party that has no record', () => {
    const { accounts, compared } = factSheet({ ours: { status: 'captured' }, theirs: null });
    expect(accounts).to.deep.equal(['VCEcom', 'Payment provider']);
    expect(compared).to.deep.equal([{ name: 'status', values: ['captured', null] }]);
  });

  it('compares a stock level with its movements, whichever comes first', () => {
    const { accounts, compared, single } = factSheet({
      variantId: 'v',
      movedOnHand: 6,
      onHand: 9,
      reserved: 0,
      movedReserved: 0,
    });
    expect(accounts).to.deep.equal(['Stored', 'Movements']);
    expect(compared).to.deep.equal([
      { name: 'onHand', values: ['9', '6'] },
      { name: 'reserved', values: ['0', '0'] },
    ]);
    expect(single).to.deep.equal([['variantId', 'v']]);
  });

  it('leaves alone what has no counterpart, and ids', () => {
    const { compared, single } = factSheet({
      cartId: 'a',
      checkoutCustomerId: 'b',
      customerId: 'c',
      linesTax: 4,
      phase: null,
    });
    expect(compared).to.deep.equal([]);
    expect(single).to.deep.equal([
      ['cartId', 'a'],
      ['checkoutCustomerId', 'b'],
      ['customerId', 'c'],
      ['linesTax', '4'],
      ['phase', 'none'],
    ]);
  });
});
