import { expect } from 'chai';
import { factSheet } from '../../src/api/ops/reconciliation/fact-sheet.ts';

const sheetOf = (facts: Record<string, unknown>, kind = 'a.kind') => factSheet({ kind, facts });

describe('the fact sheet of a discrepancy', () => {
  it('compares our books with those of the provider', () => {
    const sheet = sheetOf({
      checkoutId: 'c1',
      ours: { status: 'captured', captured: 500, refunded: 0 },
      theirs: { status: 'succeeded', received: 700, refunded: 0 },
    });
    expect(sheet).to.deep.equal({
      accounts: ['VCEcom', 'Payment provider'],
      compared: [
        { name: 'status', values: ['captured', 'succeeded'] },
        { name: 'captured', values: ['₹5.00', '₹7.00'] },
        { name: 'refunded', values: ['₹0.00', '₹0.00'] },
      ],
      single: [['checkoutId', 'c1']],
    });
  });

  it('shows a column for the party that has no record', () => {
    const { accounts, compared } = sheetOf({ ours: { status: 'captured' }, theirs: null });
    expect(accounts).to.deep.equal(['VCEcom', 'Payment provider']);
    expect(compared).to.deep.equal([{ name: 'status', values: ['captured', null] }]);
  });

  it('compares a stock level with its movements, whichever comes first', () => {
    const { accounts, compared, single } = sheetOf({
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
    const { compared, single } = sheetOf({
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

  it('has amounts in rupees, also where an object holds them, and units as they are', () => {
    const { compared, single } = sheetOf(
      {
        orderId: 'o',
        machine: { context: { toShip: 2, returned: 1_000 } },
        shipped: '3',
        asked: '28800',
        returned: 2_000,
        total: -105_000,
        checkoutTotal: 105_050,
      },
      'orders.machine-is-the-lines',
    );
    expect(compared).to.deep.equal([{ name: 'total', values: ['-₹1,050.00', '₹1,050.50'] }]);
    expect(single).to.deep.equal([
      ['orderId', 'o'],
      ['machine', '{"context":{"toShip":2,"returned":"₹10.00"}}'],
      ['shipped', '3'],
      ['asked', '₹288.00'],
      ['returned', '₹20.00'],
    ]);
  });

  it('knows which of two meanings a name has in a kind', () => {
    const wanted = (kind: string) => sheetOf({ wanted: 300 }, kind).single;
    expect(wanted('documents.say-what-was-paid')).to.deep.equal([['wanted', '₹3.00']]);
    expect(wanted('orders.goods-are-back-on-the-shelf')).to.deep.equal([['wanted', '300']]);
  });
});
