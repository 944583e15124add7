import { expect } from 'chai';
import { priceCart } from '../../../src/domain/pricing/price-cart.ts';
import { replay, snapshotOf } from '../../../src/domain/pricing/snapshot.ts';
import { THEMES } from './worked-examples/all.ts';
import { billOf } from './worked-examples/bill.ts';

describe('prices worked out by hand', () => {
  for (const { name, examples } of THEMES) {
    describe(name, () => {
      for (const { title, inputs, bill } of examples) {
        it(title, () => {
          expect(billOf(inputs, priceCart(inputs))).to.deep.equal(bill);
        });
      }
    });
  }

  const all = THEMES.flatMap(({ examples }) => examples);

  it('can be derived again from their snapshots, after years in the database', () => {
    for (const { inputs } of all) {
      const stored = JSON.parse(JSON.stringify(snapshotOf(inputs)));
      expect(replay(stored)).to.deep.equal(stored.output);
    }
  });

  it('are many, and each is another one', () => {
    expect(all.length).to.be.greaterThan(100);
    const carts = all.map(({ inputs }) => JSON.stringify(inputs));
    expect(new Set(carts).size).to.equal(carts.length);
  });
});
