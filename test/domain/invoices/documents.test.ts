import { expect } from 'chai';
import { type DocumentLine, taxDocument } from '../../../src/domain/invoices/document.ts';

const SELLER = { name: 'Shop', address: ['Here'], gstin: '29AABCV1234K1Z9', state: 'IN-KA' };
const FACTS = {
  number: 'VC/26-27/000001',
  issuedOn: '2026-11-27',
  against: null,
  orderNumber: 'VC-000001',
  currency: 'INR',
  seller: SELLER,
};
/** Three lamps at ₹630.97 with 18 % inside, ₹92.91 off: within the state. */
const LAMP: DocumentLine = {
  description: 'Lamp',
  sku: 'L-1',
  hsn: '9405',
  quantity: 3,
  ratePercent: '18',
  unitPrice: 63_097,
  lineTotal: 189_291,
  taxable: 152_542,
  cgst: 13_729,
  sgst: 13_729,
  igst: 0,
};
const RICE: DocumentLine = {
  ...LAMP,
  ...{
    description: 'Rice',
    hsn: '1006',
    ratePercent: '0',
    unit: 'KGS',
    quantity: 2,
    unitPrice: 5_000,
    lineTotal: 10_000,
  },
  ...{ taxable: 10_000, cgst: 0, sgst: 0 },
};

const issued = (
  lines: DocumentLine[],
  {
    kind = 'invoice',
    place = 'IN-KA',
    pricesIncludeTax = true,
  }: Partial<{ kind: 'invoice' | 'credit-note'; place: string; pricesIncludeTax: boolean }> = {},
) => taxDocument({ ...FACTS, kind }, { placeOfSupply: place, pricesIncludeTax, lines });

describe('what an accountant reads on an invoice', () => {
  it('is enough to do the sum again: price, quantity, discount, value, and each tax with its own rate', () => {
    const [line] = issued([LAMP]).lines;
    expect(line).to.include({
      quantity: 3,
      unit: 'NOS',
      unitPrice: 63_097,
      discount: 9_291,
      taxable: 152_542,
      total: 180_000,
    });
    expect(line?.taxes).to.deep.equal([
      { name: 'CGST', ratePercent: '9', amount: 13_729 },
      { name: 'SGST', ratePercent: '9', amount: 13_729 },
    ]);
    expect(issued([LAMP]).totals).to.include({ discount: 9_291, total: 180_000 });
  });

  it('has prices without tax where the shop states them so', () => {
    const lamp = { ...LAMP, unitPrice: 50_000, lineTotal: 150_000, taxable: 140_000, cgst: 12_600, sgst: 12_600 };
    const { lines, pricesIncludeTax } = issued([lamp], { pricesIncludeTax: false });
    expect(pricesIncludeTax).to.equal(false);
    expect(lines[0]).to.include({ unitPrice: 50_000, discount: 10_000, taxable: 140_000, total: 165_200 });
  });

  it('shows what a bundle takes off a part as its discount, and a part that costs more at its own price', () => {
    const [cheaper] = issued([{ ...LAMP, unitPrice: 70_000 }]).lines;
    expect(cheaper).to.include({ unitPrice: 70_000, discount: 30_000, total: 180_000 });
    const [dearer] = issued([{ ...LAMP, unitPrice: 50_000 }]).lines;
    expect(dearer).to.include({ unitPrice: 63_097, discount: 9_291 });
    // 1,800.00 by three is no whole number of paise: rounded up, the rest is a discount.
    const [odd] = issued([{ ...LAMP, unitPrice: 50_000, lineTotal: 180_001 }]).lines;
    expect(odd).to.include({ unitPrice: 60_001, discount: 3 });
  });

  it('has a delivery as one unit of a service at what it costs', () => {
    const delivery = { ...LAMP, sku: '', hsn: '996812', quantity: 1, unitPrice: null, lineTotal: null };
    const [line] = issued([delivery]).lines;
    expect(line).to.include({ unit: 'NA', unitPrice: 180_000, discount: 0, total: 180_000 });
  });

  for (const [rate, half] of [
    ['5', '2.5'],
    ['2.5', '1.25'],
    ['0.25', '0.125'],
    ['40', '20'],
    ['12.0001', '6.00005'],
  ] as const) {
    it(`halves ${rate} % to ${half} %`, () => {
      expect(
        issued([{ ...LAMP, ratePercent: rate }]).lines[0]?.taxes?.map(({ ratePercent }) => ratePercent),
      ).to.deep.equal([half, half]);
    });
  }

  it('names the tax of a union territory, and the one between states by its whole rate', () => {
    const names = (place: string, line: DocumentLine) =>
      issued([line], { place }).lines[0]?.taxes?.map(({ name, ratePercent }) => `${name} ${ratePercent}`);
    expect(names('IN-CH', LAMP)).to.deep.equal(['CGST 9', 'UTGST 9']);
    expect(names('IN-MH', { ...LAMP, cgst: 0, sgst: 0, igst: 27_458 })).to.deep.equal(['IGST 18']);
  });

  it('adds up by HSN code, rate and unit', () => {
    const rows = issued([LAMP, { ...LAMP, unit: 'SET' }, LAMP, RICE]).hsnSummary;
    expect(rows.map(({ hsn, unit, quantity, taxable }) => [hsn, unit, quantity, taxable])).to.deep.equal([
      ['1006', 'KGS', 2, 10_000],
      ['9405', 'NOS', 6, 305_084],
      ['9405', 'SET', 3, 152_542],
    ]);
    expect(rows[1]?.taxes?.[0]).to.deep.equal({ name: 'CGST', ratePercent: '9', amount: 27_458 });
  });
});

describe('the document of an order', () => {
  const typeOf = (lines: DocumentLine[], kind: 'invoice' | 'credit-note' = 'invoice') => {
    const { type, title } = issued(lines, { kind });
    return [type, title];
  };

  it('is a tax invoice for taxable goods (rule 46)', () => {
    expect(typeOf([LAMP])).to.deep.equal(['tax-invoice', 'Tax Invoice']);
  });

  it('is a bill of supply without taxes when all of them are exempt (rule 49)', () => {
    expect(typeOf([RICE, RICE])).to.deep.equal(['bill-of-supply', 'Bill of Supply']);
    expect(issued([RICE]).lines[0]?.taxes).to.deep.equal([]);
  });

  it('is both in one when there are both (rule 46A)', () => {
    expect(typeOf([LAMP, RICE])).to.deep.equal(['invoice-cum-bill-of-supply', 'Invoice-cum-Bill of Supply']);
  });

  it('is a credit note when it corrects one, with or without a quantity, and without prices (rule 53)', () => {
    expect(typeOf([LAMP, RICE], 'credit-note')).to.deep.equal(['credit-note', 'Credit Note']);
    const [line] = issued([{ ...LAMP, quantity: null, reason: 'Later discount' }], { kind: 'credit-note' }).lines;
    expect(line)
      .to.include({ quantity: null, reason: 'Later discount', total: 180_000 })
      .and.not.have.any.keys('unitPrice', 'discount');
  });
});
