import { expect } from 'chai';
import { unitsOf } from '../../../src/domain/money/unit-shares.ts';
import type { BundlePricing, PricingInputs, ShippingMethodInput } from '../../../src/domain/pricing/inputs.ts';
import { priceCart } from '../../../src/domain/pricing/price-cart.ts';
import { replay, snapshotOf } from '../../../src/domain/pricing/snapshot.ts';
import { GST_CLASSES } from '../../../src/domain/tax/gst-classes.ts';

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
    shippingTax: 'apportioned',
    ...place,
    ...nobody,
    ...none,
    lines: [shirt, speaker],
    ...changes,
  };
}

const courierAt = (price: number): ShippingMethodInput => ({
  ...{ id: 'courier', name: 'Courier', hsn: '996812', taxRates: ratesOf('standard') },
  zones: [{ name: 'India', states: [], maxWeightGrams: null, rates: [{ fromWeightGrams: 0, fromSubtotal: 0, price }] }],
});

describe('a priced cart', () => {
  it('finds the tax inside the prices', () => {
    const { lines, totals } = priceCart(cart());
    // 299700 × 5 / 210 = 7135.71; 249900 × 18 / 236 = 19060.17
    expect(lines[0]).to.include({ lineTotal: 2_997_00, ratePercent: '5', taxableValue: 2_854_28 });
    expect(lines[0]).to.include({ cgst: 71_36, sgst: 71_36, igst: 0, discount: 0 });
    expect(lines[1]).to.include({ ratePercent: '18', cgst: 190_60, sgst: 190_60, taxableValue: 2_117_80 });
    expect(totals).to.deep.equal({ subtotal: 5_496_00, discount: 0, shipping: 0, tax: 523_92, total: 5_496_00 });
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
      { hsn: '6109', ratePercent: '18', taxableValue: 3_389_84, cgst: 305_08, sgst: 305_08, igst: 0 },
      { hsn: '6109', ratePercent: '5', taxableValue: 3_805_70, cgst: 95_15, sgst: 95_15, igst: 0 },
      { hsn: '8518', ratePercent: '18', taxableValue: 2_117_80, cgst: 190_60, sgst: 190_60, igst: 0 },
    ]);
  });

  it('freezes each unit: three shirts, the odd paise on the last', () => {
    const [line] = priceCart(cart({ lines: [{ ...shirt, unitPrice: 100 }] })).lines;
    if (!line) throw new Error('no line');
    // 300 × 5 / 210 = 7.14: 7 for each half, of which the first i units have floor(7 × i / 3): 2, 4, 7
    const tax = { cgst: 7, sgst: 7, igst: 0 };
    expect(line).to.include({ ...tax, taxableValue: 286 });
    expect([0, 1, 2].map((unit) => unitsOf(line, { from: unit, count: 1 }))).to.deep.equal([
      { paid: 100, discount: 0, taxableValue: 96, cgst: 2, sgst: 2, igst: 0 },
      { paid: 100, discount: 0, taxableValue: 96, cgst: 2, sgst: 2, igst: 0 },
      { paid: 100, discount: 0, taxableValue: 94, cgst: 3, sgst: 3, igst: 0 },
    ]);
    expect(() => unitsOf(line, { from: 3, count: 1 })).to.throw(RangeError);
    expect(() => unitsOf(line, { from: -1, count: 1 })).to.throw(RangeError);
  });

  it('explains every step', () => {
    const { explanation } = priceCart(cart({ lines: [shirt] }));
    expect(explanation).to.deep.equal([
      { step: 'price', lineIndex: 0, before: 999_00, after: 2_997_00, note: '× 3' },
      { step: 'tax', lineIndex: 0, before: 2_997_00, after: 2_997_00, note: '5 % inside: 14272' },
      { step: 'total', before: 2_997_00, after: 2_997_00, note: 'tax 14272' },
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

describe('the slab of a unit', () => {
  const ofShirt = (unitPrice: number, changes: Partial<PricingInputs> = {}) =>
    priceCart(cart({ lines: [{ ...shirt, quantity: 1, unitPrice }], ...changes })).lines[0];

  it('goes by its value without the tax: a shirt at 2,600.00 is worth 2,476.19', () => {
    const half = { ratePercent: '5', taxableValue: 2_476_20, cgst: 61_90, sgst: 61_90, igst: 0 };
    expect(ofShirt(2_600_00)).to.include(half);
    const whole = { ratePercent: '5', taxableValue: 2_476_19, cgst: 0, sgst: 0, igst: 123_81 };
    expect(ofShirt(2_600_00, { placeOfSupply: 'IN-MH' })).to.include(whole);
  });

  it('changes from 2,625.01 on, before the reform from 1,050.01, and without tax in the price from 2,500.01', () => {
    const rateOf = (unitPrice: number, changes?: Partial<PricingInputs>) => ofShirt(unitPrice, changes)?.ratePercent;
    expect([2_625_00, 2_625_01].map((price) => rateOf(price))).to.deep.equal(['5', '18']);
    const at = '2025-09-21T18:29:59.999Z';
    expect([1_050_00, 1_050_01].map((price) => rateOf(price, { at }))).to.deep.equal(['5', '12']);
    const pricesIncludeTax = false;
    expect([2_500_00, 2_500_01].map((price) => rateOf(price, { pricesIncludeTax }))).to.deep.equal(['5', '18']);
  });

  it('does not count the delivery', () => {
    expect(ofShirt(2_600_00, { shipping: courierAt(500_00) })?.ratePercent).to.equal('5');
  });
});

describe('the halves of the tax', () => {
  it('are equal where the whole would be odd: 630.97 at 18 %', () => {
    const [line] = priceCart(cart({ lines: [{ ...speaker, unitPrice: 630_97 }] })).lines;
    expect(line).to.include({ taxableValue: 534_73, cgst: 48_12, sgst: 48_12, igst: 0 });
  });
});

describe('the tax of the delivery', () => {
  const book = { ...speaker, variantId: 'book', hsn: '4901', taxRates: ratesOf('exempt') };
  const tea = { ...speaker, variantId: 'tea', hsn: '0902', taxRates: ratesOf('essential') };
  const cola = { ...speaker, variantId: 'cola', hsn: '2202', taxRates: ratesOf('demerit') };
  const delivered = (lines: PricingInputs['lines'], changes: Partial<PricingInputs> = {}) =>
    priceCart(cart({ lines, shipping: courierAt(1_000_00), ...changes })).shipping;
  const of = (ratePercent: string, paid: number, half: number) => ({
    ...{ ratePercent, paid, taxableValue: paid - 2 * half, cgst: half, sgst: half, igst: 0 },
  });

  it('is that of the goods', () => {
    expect(delivered([tea])?.shares).to.deep.equal([of('5', 1_000_00, 23_81)]);
    expect(delivered([tea])).to.include({ ratePercent: '5', taxableValue: 952_38, cgst: 23_81, sgst: 23_81 });
    expect(delivered([book])?.shares).to.deep.equal([of('0', 1_000_00, 0)]);
  });

  it('is shared over goods of several rates by what is charged for them', () => {
    const mixed = [
      { ...tea, unitPrice: 1_000_00 },
      { ...cola, unitPrice: 3_000_00 },
    ];
    // 250.00 × 5 / 210 = 5.952; 750.00 × 40 / 280 = 107.143
    expect(delivered(mixed)?.shares).to.deep.equal([of('5', 250_00, 5_95), of('40', 750_00, 107_14)]);
    expect(delivered(mixed)).to.include({ ratePercent: '40', cgst: 113_09, sgst: 113_09, taxableValue: 773_82 });
    const { taxSummary } = priceCart(cart({ lines: mixed, shipping: courierAt(1_000_00) }));
    expect(taxSummary.filter(({ hsn }) => hsn === '996812').map(({ ratePercent }) => ratePercent)).to.have.members([
      '5',
      '40',
    ]);
  });

  it('is rounded for the share of each line', () => {
    // 333.33 × 5 / 210 = 7.937 and 333.34 × 5 / 210 = 7.937: three times 7.94; at once it would be 23.81.
    const three = ['a', 'b', 'c'].map((variantId) => ({ ...tea, variantId }));
    expect(delivered(three)?.shares).to.deep.equal([of('5', 1_000_00, 23_82)]);
  });

  it('is the highest of the goods when all of them cost nothing', () => {
    const free = [tea, book, cola].map((line) => ({ ...line, unitPrice: 0 }));
    expect(delivered(free)?.shares).to.deep.equal([of('40', 1_000_00, 142_86)]);
  });

  it('is the highest of the goods, or its own, where the shop wants that', () => {
    expect(delivered([tea, cola], { shippingTax: 'highest' })?.shares).to.deep.equal([of('40', 1_000_00, 142_86)]);
    expect(delivered([tea, cola], { shippingTax: 'own' })?.shares).to.deep.equal([of('18', 1_000_00, 76_27)]);
  });

  it('is none of a free delivery', () => {
    const { shipping } = priceCart(cart({ shipping: courierAt(0) }));
    expect(shipping).to.deep.include({ shares: [], ratePercent: '0', taxableValue: 0, cgst: 0 });
  });
});

describe('a bundle at one fixed price', () => {
  const part = (variantId: string, taxClass: string) => ({
    ...{ ...some, variantId, productId: variantId, unitPrice: 600_00, hsn: '2106', taxRates: ratesOf(taxClass) },
    ...{ quantity: 1, surcharge: 0, setId: 'set' },
  });
  const components = [part('tea', 'essential'), part('cola', 'demerit'), part('book', 'exempt')];
  const ratesIn = (pricing: BundlePricing) => {
    const bundles = [{ bundleId: 'box', quantity: 1, pricing, components }];
    return priceCart(cart({ lines: [], bundles })).lines.map(({ ratePercent }) => ratePercent);
  };

  it('is a mixed supply: all of it at the highest rate, unless its parts are priced separately', () => {
    expect(ratesIn({ kind: 'fixed', price: 1_000_00 })).to.deep.equal(['40', '40', '40']);
    expect(ratesIn({ kind: 'fixed', price: 1_000_00, separatelyPriced: true })).to.deep.equal(['5', '40', '0']);
    expect(ratesIn({ kind: 'percent-off', percent: 10 })).to.deep.equal(['5', '40', '0']);
  });

  it('says so', () => {
    const bundles = [{ bundleId: 'box', quantity: 1, pricing: { kind: 'fixed' as const, price: 900_00 }, components }];
    const { explanation, lines } = priceCart(cart({ lines: [], bundles }));
    // 300.00 × 40 / 280 = 42.857
    expect(lines[0]).to.include({ lineTotal: 300_00, cgst: 42_86, sgst: 42_86, taxableValue: 214_28 });
    const notes = explanation.filter(({ step }) => step === 'tax').map(({ note }) => note);
    expect(notes[0]).to.equal('40 % inside: 8572, mixed supply, 5 % alone');
    expect(notes[1]).to.equal('40 % inside: 8572');
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
