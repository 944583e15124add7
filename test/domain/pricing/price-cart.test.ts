import { expect } from 'chai';
import { GST_CLASSES } from '../../../src/domain/gst-classes.ts';
import type { PricingInputs } from '../../../src/domain/pricing/inputs.ts';
import { priceCart } from '../../../src/domain/pricing/price-cart.ts';
import { replay, snapshotOf } from '../../../src/domain/pricing/snapshot.ts';
import { unitAt } from '../../../src/domain/unit-shares.ts';

const ratesOf = (code: string) => GST_CLASSES.find((taxClass) => taxClass.code === code)?.rates ?? [];
const some = { collectionIds: [], weightGrams: 0 };
const shirt = {
  ...some,
  ...{ variantId: 'shirt', productId: 'shirts', quantity: 3 },
  ...{ unitPrice: 999_00, hsn: '6109', taxRates: ratesOf('apparel') },
};
const speaker = {
  ...some,
  ...{ variantId: 'speaker', productId: 'speakers', quantity: 1 },
  ...{ unitPrice: 2_499_00, hsn: '8518', taxRates: ratesOf('standard') },
};

function cart(changes: Partial<PricingInputs> = {}): PricingInputs {
  const place = { sellerState: 'IN-KA', placeOfSupply: 'IN-KA' };
  const at = '2026-11-01T06:00:00Z';
  const nobody = { groupIds: [], isFirstOrder: true };
  const none = { bundles: [], priceLists: [], rules: [], discounts: [], shipping: null };
  return {
    currency: 'INR',
    at,
    pricesIncludeTax: true,
    ...place,
    ...nobody,
    ...none,
    lines: [shirt, speaker],
    ...changes,
  };
}

describe('a priced cart', () => {
  it('finds the tax inside the prices', () => {
    const { lines, totals } = priceCart(cart());
    // 299700 × 5 / 105 = 14271.43; 249900 × 18 / 118 = 38120.34
    expect(lines[0]).to.include({ lineTotal: 2_997_00, ratePercent: '5', taxableValue: 2_854_29 });
    expect(lines[0]).to.include({ cgst: 71_36, sgst: 71_35, igst: 0, discount: 0 });
    expect(lines[1]).to.include({ ratePercent: '18', cgst: 190_60, sgst: 190_60, taxableValue: 2_117_80 });
    expect(totals).to.deep.equal({ subtotal: 5_496_00, discount: 0, shipping: 0, tax: 523_91, total: 5_496_00 });
  });

  it('puts the tax on top when prices come without', () => {
    const { lines, totals } = priceCart(cart({ pricesIncludeTax: false, placeOfSupply: 'IN-MH' }));
    expect(lines[0]).to.include({ taxableValue: 2_997_00, cgst: 0, sgst: 0, igst: 149_85 });
    expect(lines[1]).to.include({ taxableValue: 2_499_00, igst: 449_82 });
    expect(totals).to.include({ subtotal: 5_496_00, tax: 599_67, total: 6_095_67 });
  });

  it('is taxed as in the seller’s state while the address is unknown', () => {
    expect(priceCart(cart({ placeOfSupply: null }))).to.deep.equal(priceCart(cart()));
  });

  it('takes the rates of its instant, to the millisecond', () => {
    const line = { ...shirt, quantity: 1, unitPrice: 1_500_00 };
    const rateAt = (at: string) => priceCart(cart({ at, lines: [line] })).lines[0]?.ratePercent;
    expect(rateAt('2025-09-21T18:29:59.999Z')).to.equal('12');
    expect(rateAt('2025-09-21T18:30:00.000Z')).to.equal('5');
  });

  it('sums the tax per HSN and rate', () => {
    const dear = { ...shirt, variantId: 'jacket', quantity: 1, unitPrice: 4_000_00 };
    const twin = { ...shirt, variantId: 'shirt in blue', quantity: 1 };
    const { taxSummary } = priceCart(cart({ lines: [speaker, dear, shirt, twin] }));
    expect(taxSummary).to.deep.equal([
      { hsn: '6109', ratePercent: '18', taxableValue: 3_389_83, cgst: 305_09, sgst: 305_08, igst: 0 },
      { hsn: '6109', ratePercent: '5', taxableValue: 3_805_72, cgst: 95_15, sgst: 95_13, igst: 0 },
      { hsn: '8518', ratePercent: '18', taxableValue: 2_117_80, cgst: 190_60, sgst: 190_60, igst: 0 },
    ]);
  });

  it('freezes each unit: three shirts, one odd paisa', () => {
    const [line] = priceCart(cart({ lines: [{ ...shirt, unitPrice: 100 }] })).lines;
    if (!line) throw new Error('no line');
    // 300 × 5 / 105 = 14.29: 14, of which 7 to each
    const tax = { cgst: 7, sgst: 7, igst: 0 };
    expect(line).to.include({ ...tax, taxableValue: 286 });
    expect([0, 1, 2].map((unit) => unitAt(line, unit))).to.deep.equal([
      { paid: 100, discount: 0, taxableValue: 95, cgst: 3, sgst: 2, igst: 0 },
      { paid: 100, discount: 0, taxableValue: 95, cgst: 2, sgst: 3, igst: 0 },
      { paid: 100, discount: 0, taxableValue: 96, cgst: 2, sgst: 2, igst: 0 },
    ]);
    expect(() => unitAt(line, 3)).to.throw(RangeError);
    expect(() => unitAt(line, -1)).to.throw(RangeError);
  });

  it('explains every step', () => {
    const { explanation } = priceCart(cart({ lines: [shirt] }));
    expect(explanation).to.deep.equal([
      { step: 'price', lineIndex: 0, before: 999_00, after: 2_997_00, note: '× 3' },
      { step: 'tax', lineIndex: 0, before: 2_997_00, after: 2_997_00, note: '5 % inside: 14271' },
      { step: 'total', before: 2_997_00, after: 2_997_00, note: 'tax 14271' },
    ]);
  });

  it('may be empty', () => {
    const { lines, taxSummary, totals } = priceCart(cart({ lines: [] }));
    expect({ lines, taxSummary }).to.deep.equal({ lines: [], taxSummary: [] });
    expect(totals).to.deep.equal({ subtotal: 0, discount: 0, shipping: 0, tax: 0, total: 0 });
  });

  it('refuses quantities and prices that are none, and more money than there is', () => {
    const withLine = (changes: object) => () => priceCart(cart({ lines: [{ ...shirt, ...changes }] }));
    for (const quantity of [0, -1, 1.5]) expect(withLine({ quantity })).to.throw(RangeError);
    for (const unitPrice of [-1, 0.5, Number.NaN]) expect(withLine({ unitPrice })).to.throw(RangeError);
    expect(withLine({ quantity: 2 ** 30, unitPrice: 2 ** 30 })).to.throw(RangeError);
    expect(withLine({ taxRates: [] })).to.throw(RangeError);
  });

  it('stays small for ten thousand units', () => {
    const snapshot = snapshotOf(cart({ lines: [{ ...shirt, quantity: 10_000 }] }));
    expect(JSON.stringify(snapshot.output).length).to.be.below(1_000);
  });
});

describe('pricing', () => {
  it('leaves its inputs alone', () => {
    const inputs = cart();
    const before = structuredClone(inputs);
    priceCart(inputs);
    expect(inputs).to.deep.equal(before);
  });
});

describe('replay', () => {
  it('shows that a snapshot was tampered with', () => {
    const snapshot = snapshotOf(cart());
    snapshot.inputs = cart({ lines: [{ ...shirt, unitPrice: 1 }, speaker] });
    expect(replay(snapshot)).not.to.deep.equal(snapshot.output);
  });

  it('refuses an engine that never was', () => {
    expect(() => replay({ ...snapshotOf(cart()), engineVersion: 0 })).to.throw(RangeError, 'version 0');
  });
});
