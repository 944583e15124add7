import { expect } from 'chai';
import fc from 'fast-check';
import { type DocumentLine, taxDocument } from '../../../src/domain/invoices/document.ts';
import { checkDigitOf, isGstin } from '../../../src/domain/invoices/gstin.ts';
import {
  documentNumber,
  financialYearOf,
  indianDate,
  prefixProblems,
  seriesName,
} from '../../../src/domain/invoices/numbering.ts';
import { sellerProblems } from '../../../src/domain/invoices/seller.ts';
import { totalOf } from '../../../src/domain/invoices/taxes.ts';
import { inWords } from '../../../src/domain/invoices/words.ts';
import { amounts, RUNS } from '../arbitraries.ts';
import { paiseIn } from './words.ts';

const SELLER = { name: 'Shop', address: ['Here'], gstin: '29AABCV1234K1Z9', state: 'IN-KA' };

describe('a GSTIN', () => {
  it('is known by its check digit', () => {
    expect(isGstin('27AAPFU0939F1ZV')).to.equal(true);
    expect(isGstin(SELLER.gstin)).to.equal(true);
    for (const wrong of ['27AAPFU0939F1ZW', '27aapfu0939f1zv', '27AAPFU0939F1Z', ''])
      expect(isGstin(wrong)).to.equal(false);
  });

  it('does not survive one wrong sign', () => {
    const signs = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
    fc.assert(
      fc.property(fc.nat(13), fc.constantFrom(...signs), (place, sign) => {
        const body = '27AAPFU0939F1Z';
        fc.pre(body[place] !== sign);
        const other = body.slice(0, place) + sign + body.slice(place + 1);
        return checkDigitOf(other) !== checkDigitOf(body);
      }),
    );
  });

  it('has to be of the state of its seller', () => {
    const settings = { name: 'Shop', address: 'Here', gstin: SELLER.gstin, state: 'IN-KA' };
    expect(sellerProblems(settings)).to.deep.equal([]);
    expect(sellerProblems({ ...settings, state: 'IN-MH' })).to.have.length(1);
    expect(sellerProblems({ ...settings, state: 'IN-XX', gstin: 'x' })).to.have.length(2);
  });
});

describe('the number of a document', () => {
  it('has at most sixteen characters, and those that the rules allow', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Z0-9]{1,4}$/), fc.integer({ min: 1, max: 99_999 }), (prefix, sequence) =>
        /^[A-Z0-9/-]{1,16}$/.test(documentNumber({ prefix, year: '26-27', sequence })),
      ),
    );
    expect(documentNumber({ prefix: 'VC', year: '26-27', sequence: 123 })).to.equal('VC/26-27/000123');
    expect(documentNumber({ prefix: 'SHOP', year: '26-27', sequence: 123 })).to.equal('SHOP/26-27/00123');
    expect(() => documentNumber({ prefix: 'VC', year: '26-27', sequence: 10_000_000 })).to.throw(RangeError);
    expect(() => documentNumber({ prefix: 'SHOP', year: '26-27', sequence: 100_000 })).to.throw(RangeError);
  });

  it('is of another series under another prefix; that of the first one keeps its name', () => {
    expect(seriesName('invoice', { prefix: 'VC', year: '26-27' })).to.equal('26-27');
    expect(seriesName('invoice', { prefix: 'SHOP', year: '26-27' })).to.equal('SHOP/26-27');
  });

  it('is refused a prefix that could make a number twice, or one that the law does not allow', () => {
    const problems = (invoice: string, note: string) => prefixProblems({ invoice, 'credit-note': note });
    expect(problems('VC', 'CN')).to.deep.equal([]);
    expect(problems('A1', 'B2')).to.deep.equal([]);
    expect(problems('SHOPS', 'cn')).to.have.length(2);
    expect(problems('X', 'X')).to.have.length(1);
    // The other series may have begun with it.
    expect(problems('CN', 'X')).to.have.length(1);
    expect(problems('X', 'VC')).to.have.length(1);
  });

  it('begins anew with April, by the calendar of India', () => {
    expect(indianDate(new Date('2027-03-31T18:29:59.999Z'))).to.equal('2027-03-31');
    expect(indianDate(new Date('2027-03-31T18:30:00.000Z'))).to.equal('2027-04-01');
    expect(['2027-03-31', '2027-04-01', '1999-12-31', '2099-04-01'].map(financialYearOf)).to.deep.equal([
      '26-27',
      '27-28',
      '99-00',
      '99-00',
    ]);
  });
});

describe('a financial year', () => {
  const DAY_MS = 86_400_000;
  const since = Date.parse('2017-07-01');
  const days = fc.nat(80 * 365).map((day) => new Date(since + day * DAY_MS).toISOString().slice(0, 10));

  it('is that of the day before, but on the first of April, when it is the next one', () => {
    fc.assert(
      fc.property(days, (date) => {
        const before = new Date(Date.parse(date) - DAY_MS).toISOString().slice(0, 10);
        const isSame = financialYearOf(before) === financialYearOf(date);
        expect(isSame, date).to.equal(!date.endsWith('-04-01'));
        expect(financialYearOf(date)).to.match(/^\d\d-\d\d$/);
      }),
      { numRuns: RUNS },
    );
  });

  it('changes at midnight in India, wherever the clock of the server stands', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2018, max: 2090 }), fc.integer({ min: -DAY_MS, max: DAY_MS }), (year, shift) => {
        const midnight = Date.parse(`${year}-04-01T00:00:00+05:30`);
        const first = shift < 0 ? year - 1 : year;
        const wanted = [first, first + 1].map((each) => String(each).slice(2)).join('-');
        return financialYearOf(indianDate(new Date(midnight + shift))) === wanted;
      }),
      { numRuns: RUNS },
    );
  });
});

describe('an amount in words', () => {
  const said: [number, string][] = [
    [0, 'Zero Rupees Only'],
    [1, 'One Paisa Only'],
    [100, 'One Rupee Only'],
    [101, 'One Rupee and One Paisa Only'],
    [1_19_00, 'One Hundred Nineteen Rupees Only'],
    [99_800, 'Nine Hundred Ninety Eight Rupees Only'],
    [1_23_456_78, 'One Lakh Twenty Three Thousand Four Hundred Fifty Six Rupees and Seventy Eight Paise Only'],
    [1_00_00_000_00, 'One Crore Rupees Only'],
    [1_00_000_00_00_000_00, 'One Lakh Crore Rupees Only'],
  ];
  for (const [paise, words] of said) it(words, () => expect(inWords(paise)).to.equal(words));

  it('is heard as the amount that it was', () => {
    fc.assert(
      fc.property(fc.oneof(amounts(Number.MAX_SAFE_INTEGER), fc.nat(99)), (paise) => paiseIn(inWords(paise)) === paise),
      { numRuns: RUNS },
    );
  });
});

describe('a tax document', () => {
  const paise = fc.nat(10_000_000);
  const line: fc.Arbitrary<DocumentLine> = fc.record({
    description: fc.string(),
    sku: fc.string(),
    hsn: fc.constantFrom('6109', '6203', '996812', ''),
    quantity: fc.integer({ min: 1, max: 99 }),
    ratePercent: fc.constantFrom('0', '5', '18', '40', '12.5'),
    taxable: paise,
    cgst: paise,
    sgst: paise,
    igst: paise,
  });

  it('adds up: its lines, its summary by HSN and its totals are the same money', () => {
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 60 }), (lines) => {
        const facts = { kind: 'invoice', number: 'VC/26-27/000001', issuedOn: '2026-11-27', against: null } as const;
        const more = { orderNumber: 'VC-000001', currency: 'INR', seller: SELLER };
        const document = taxDocument({ ...facts, ...more }, { placeOfSupply: 'IN-TG', pricesIncludeTax: true, lines });
        const sum = (amounts: readonly number[]) => amounts.reduce((total, amount) => total + amount, 0);
        expect(sum(document.lines.map(({ total }) => total))).to.equal(document.totals.total);
        expect(sum(document.hsnSummary.map(totalOf))).to.equal(document.totals.total);
        expect(sum(document.hsnSummary.map(({ quantity }) => quantity ?? 0))).to.equal(
          sum(lines.map((one) => one.quantity ?? 0)),
        );
        const keys = document.hsnSummary.map(({ hsn, ratePercent }) => `${hsn} ${ratePercent}`);
        expect(new Set(keys).size).to.equal(keys.length);
        for (const { hsn, unit } of [...document.lines, ...document.hsnSummary])
          expect(unit).to.equal(hsn === '996812' ? 'NA' : 'NOS');
        expect(document.placeOfSupply).to.deep.equal({ name: 'Telangana', gstCode: '36' });
        expect(document.inWords).to.equal(inWords(document.totals.total));
      }),
    );
  });
});
