import { expect } from 'chai';
import type { PricingOutput } from '../../../src/domain/pricing/output.ts';
import { addQuotes, isAboveQuote, quoteOf } from '../../../src/domain/pricing/quote.ts';

type Price = Pick<PricingOutput, 'totals' | 'discounts'>;

/** A price of 1,000 paise of goods. */
const priceOf = ({ discount = 0, shipping = 0, method = 'standard', discountIds = [] as string[] }): PricingOutput => {
  const totals = { subtotal: 1_000, discount, shipping, tax: 0, total: 1_000 - discount + shipping };
  const discounts = discountIds.map((id) => ({ id, name: id, code: null, amount: 0 }));
  const price: Price = { totals, discounts };
  const delivery = {
    ...NO_TAX,
    methodId: method,
    name: method,
    zone: '',
    hsn: '',
    price: shipping,
    discount: 0,
    shares: [],
  };
  return { lines: [], bundles: [], refusals: [], shipping: delivery, taxSummary: [], explanation: [], ...price };
};

const NO_TAX = { taxableValue: 0, ratePercent: '0', cgst: 0, sgst: 0, igst: 0 };
const HOME = { state: 'IN-KA', sellerState: 'IN-KA' };
const AWAY = { ...HOME, state: 'IN-MH' };

describe('the price that a client saw last', () => {
  const seen = quoteOf(priceOf({ discount: 100, shipping: 50, discountIds: ['tenth'] }), null);

  it('is exceeded by any higher total of the same delivery, and by no lower one', () => {
    const of = (from: Parameters<typeof priceOf>[0]) => isAboveQuote(seen, priceOf(from), HOME);
    expect(of({ discount: 100, shipping: 50, discountIds: ['tenth'] })).to.equal(false);
    expect(of({ discount: 99, shipping: 50, discountIds: ['tenth'] })).to.equal(true);
    expect(of({ discount: 100, shipping: 51, discountIds: ['tenth'] })).to.equal(true);
    expect(of({ discount: 200, discountIds: ['fifth'] }), 'a better discount').to.equal(false);
  });

  it('is not exceeded by what another delivery costs, which the client asked for', () => {
    const dearer = priceOf({ discount: 100, shipping: 500, discountIds: ['tenth'] });
    expect(isAboveQuote(seen, dearer, AWAY)).to.equal(false);
    const express = priceOf({ discount: 100, shipping: 500, method: 'express', discountIds: ['tenth'] });
    expect(isAboveQuote(seen, express, HOME)).to.equal(false);
    expect(isAboveQuote({ ...seen, state: 'IN-MH' }, dearer, AWAY), 'the state of the cart').to.equal(true);
  });

  it('is exceeded with another delivery, too, when the goods are dearer or a discount is gone', () => {
    const dearer = priceOf({ discount: 99, shipping: 500, discountIds: ['tenth'] });
    expect(isAboveQuote(seen, dearer, AWAY)).to.equal(true);
    const free = quoteOf(priceOf({ discountIds: ['free-shipping'] }), null);
    expect(isAboveQuote(free, priceOf({ shipping: 50 }), AWAY)).to.equal(true);
  });

  it('is the sum for two carts that become one, and unknown when that of one is', () => {
    const other = quoteOf(priceOf({ discountIds: ['other'] }), 'IN-KA');
    expect(addQuotes(seen, other)).to.deep.equal({
      ...{ state: null, shippingMethodId: 'standard' },
      ...{ total: 1_950, goods: 1_900, discountIds: ['tenth', 'other'] },
    });
    expect(addQuotes(seen, null)).to.equal(null);
    expect(addQuotes(null, other)).to.equal(null);
  });
});
