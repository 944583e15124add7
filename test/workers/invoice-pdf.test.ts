import { createCanvas } from '@napi-rs/canvas';
import { expect } from 'chai';
import { type DocumentLine, type TaxDocument, taxDocument } from '../../src/domain/invoices/document.ts';
import { logoOf } from '../../src/domain/invoices/logo.ts';
import { nextBreaks } from '../../src/workers/invoices/page-breaks.ts';
import { renderPdf } from '../../src/workers/invoices/render.ts';
import { BENGALURU } from '../support/address.ts';
import { openPdf, type Page, type Piece, readPdf } from '../support/pdf.ts';

const SELLER = { name: 'Shop Private Limited', address: ['12 Road'], gstin: '29AABCV1234K1Z9', state: 'IN-KA' };
const LONG = 'Averylongwordwithoutanyspaceinitthatgoesonandonandonandonandonforeverandever';
const FORGOTTEN = { billingAddress: null, shippingAddress: null };

const FACTS = {
  kind: 'invoice',
  number: 'VC/26-27/000123',
  issuedOn: '2026-11-27',
  against: null,
  orderNumber: 'VC-000456',
  currency: 'INR',
  seller: SELLER,
} as const;

const issued = (lines: DocumentLine[], placeOfSupply = 'IN-KA'): TaxDocument =>
  taxDocument(FACTS, { placeOfSupply, pricesIncludeTax: true, lines });

/** Lines that are as long as lines get. */
const documentOf = (count: number, tax: { cgst: number; sgst: number; igst: number }, placeOfSupply = 'IN-KA') =>
  issued(
    Array.from({ length: count }, (_, index) => ({
      description: index % 3 === 0 ? `कुर्ता हाथ से बुना ${LONG}` : `Kurta ${LONG}`,
      sku: `SKU-${index}-${LONG}`,
      hsn: '61091000',
      quantity: 99_999,
      ratePercent: '12.5',
      taxable: 9_99_99_999_99,
      ...tax,
    })),
    placeOfSupply,
  );

/** One kurta at ₹1,260 less ₹210 with 5 % inside, unless `given` says otherwise. */
const kurta = (given: Partial<DocumentLine> = {}): DocumentLine => ({
  ...{
    description: 'Kurta',
    sku: 'K-1',
    hsn: '6109',
    quantity: 1,
    ratePercent: '5',
    unitPrice: 126_000,
    lineTotal: 126_000,
  },
  ...{ taxable: 100_000, cgst: 2_500, sgst: 2_500, igst: 0, ...given },
});

const pagesOf = async (document: TaxDocument): Promise<Page[]> => readPdf(await renderPdf(document, FORGOTTEN));

describe('the PDF of an invoice', function () {
  this.timeout(20_000);
  const buyer = { billingAddress: null, shippingAddress: { ...BENGALURU, name: `श्रीमती लक्ष्मी ${LONG}`, line1: LONG } };

  for (const [where, tax] of [
    ['within a state', { cgst: 62_49_999_99, sgst: 62_49_999_99, igst: 0 }],
    ['between states', { cgst: 0, sgst: 0, igst: 1_24_99_999_99 }],
  ] as const) {
    it(`keeps fifty lines and long names on its pages, ${where}`, async () => {
      const pages = await openPdf(await renderPdf(documentOf(50, tax), buyer));
      expect(pages.length).to.be.above(2);
      for (const [index, { text, isInkedAt, ink }] of pages.entries()) {
        expect(text).to.include(`Page ${index + 1} of ${pages.length}`);
        expect(isInkedAt(24), `page ${index + 1} has something in its margin`).to.equal(false);
        expect(ink, `page ${index + 1} is drawn`).to.be.above(0.005);
      }
      expect(pages.filter(({ text }) => text.includes('Description')).length).to.be.above(1);
    });
  }

  it('says the right numbers', async () => {
    const [page] = await readPdf(await renderPdf(documentOf(1, { cgst: 1, sgst: 1, igst: 0 }), buyer));
    for (const said of [
      'TAX INVOICE',
      'VC/26-27/000123',
      '27-11-2026',
      'VC-000456',
      '29AABCV1234K1Z9',
      'State: Karnataka (29)',
      'Karnataka (29), IN',
      '99999 NOS',
      '9,99,99,999.99',
      '10,00,00,000.01',
      '6.25 %',
    ]) {
      expect(page?.text).to.include(said);
    }
    expect(page?.text).to.include('Ten Crore Rupees and One Paisa Only');
    expect(page?.text.replace(/\s+/g, '')).to.include('₹10,00,00,000.01');
  });

  it('shows price and discount of each line, and says that they include the tax', async () => {
    const [page] = await pagesOf(issued([kurta()]));
    for (const said of ['Unit price', 'incl. tax', '1,260.00', '210.00', '1,000.00', '2.5 %', '25.00', '1,050.00'])
      expect(page?.text).to.include(said);
    expect(page?.text).to.include('Unit price and discount include tax');
  });

  for (const [place, tax, titles] of [
    ['IN-KA', 0, ['CGST', 'SGST']],
    ['IN-MH', 0, ['IGST']],
    // A seller of a union territory: what is no tax of a state is not called so.
    ['IN-CH', 1, ['CGST', 'UTGST']],
  ] as const) {
    it(`has the columns ${titles} of ${place}, taxed ${tax}`, async () => {
      const document = documentOf(1, { cgst: tax, sgst: tax, igst: 0 }, place);
      const [page] = await readPdf(await renderPdf(document, buyer));
      const found = new Set(page?.text.match(/\b(CGST|SGST|UTGST|IGST)\b/g));
      expect([...found]).to.deep.equal(titles);
    });
  }

  it('is a bill of supply without a tax when all goods are exempt', async () => {
    const [page] = await pagesOf(issued([kurta({ ratePercent: '0', cgst: 0, sgst: 0 })]));
    expect(page?.text)
      .to.include('BILL OF SUPPLY')
      .and.not.match(/GST\b(?!IN)|Tax|reverse charge/);
  });

  it('says which of its goods are exempt when others are not', async () => {
    const [page] = await pagesOf(issued([kurta(), kurta({ ratePercent: '0', cgst: 0, sgst: 0 })]));
    expect(page?.text).to.include('INVOICE-CUM-BILL OF SUPPLY').and.include('exempt');
  });

  it('is made out to nobody when the buyer is forgotten', async () => {
    const [page] = await pagesOf(documentOf(1, { cgst: 1, sgst: 1, igst: 0 }));
    expect(page?.text).to.include('Unregistered buyer');
  });

  it('is drawn of what was stored before prices, units and types were', async () => {
    const { type: _, title: __, pricesIncludeTax: ___, ...document } = issued([kurta()]);
    const lines = document.lines.map(({ unitPrice: _, discount: __, taxes: ___, unit: ____, ...line }) => line);
    const hsnSummary = document.hsnSummary.map(({ taxes: _, unit: __, ...row }) => row);
    const [page] = await pagesOf({
      ...document,
      lines,
      hsnSummary,
      totals: { ...document.totals, discount: undefined },
    });
    expect(page?.text).to.include('TAX INVOICE').and.include('1,050.00').and.not.include('Discount');
  });

  it('has a note of value only: a line without a quantity, with its reason', async () => {
    const lines = [kurta({ quantity: null, unitPrice: null, lineTotal: null, reason: 'Later discount' })];
    const against = { number: 'VC/26-27/000007', issuedOn: '2026-11-20' };
    const facts = { ...FACTS, kind: 'credit-note', number: 'CN/26-27/000001', against } as const;
    const [page] = await pagesOf(taxDocument(facts, { placeOfSupply: 'IN-KA', pricesIncludeTax: true, lines }));
    for (const said of ['CREDIT NOTE', 'Against invoice VC/26-27/000007 of 20-11-2026', 'Later discount', '1,050.00'])
      expect(page?.text).to.include(said);
    expect(page?.text).not.to.match(/null|Unit price/);
  });

  it('is headed with the logo of the seller', async () => {
    const canvas = createCanvas(300, 90);
    canvas.getContext('2d').fillRect(0, 0, 300, 90);
    const [plain] = await openPdf(await renderPdf(issued([kurta()]), FORGOTTEN));
    for (const picture of [canvas.toBuffer('image/png'), canvas.toBuffer('image/jpeg')]) {
      const [page] = await openPdf(await renderPdf(issued([kurta()]), FORGOTTEN, logoOf(picture)));
      expect(page?.ink).to.be.above((plain?.ink ?? 0) + 0.01);
    }
  });
});

const SCRIPTS: Record<string, string> = {
  Latin: 'Zoë Müller – ₹',
  Devanagari: 'श्रीमती लक्ष्मी क्षत्रिय, हिन्दी',
  Bengali: 'শ্রীমতী লক্ষ্মী দেবী',
  Gurmukhi: 'ਪੰਜਾਬੀ ਜੁੱਤੀ ਸ਼੍ਰੀਮਤੀ',
  Gujarati: 'શ્રીમતી લક્ષ્મી',
  Odia: 'ଶ୍ରୀମତୀ ଲକ୍ଷ୍ମୀ ଓଡ଼ିଶା',
  Tamil: 'ஸ்ரீமதி லட்சுமி கொடி',
  Telugu: 'శ్రీమతి లక్ష్మి హైదరాబాద్',
  Kannada: 'ಶ್ರೀಮತಿ ಲಕ್ಷ್ಮಿ ಬೆಂಗಳೂರು',
  Malayalam: 'ശ്രീമതി ലക്ഷ്മി തിരുവനന്തപുരം',
};

describe('names on an invoice', function () {
  this.timeout(20_000);

  it(`are set in ${Object.keys(SCRIPTS).join(', ')}, with no empty box`, async () => {
    const lines = Object.values(SCRIPTS).map((description) => kurta({ description }));
    const pages = await pagesOf(issued(lines));
    expect(pages.map(({ missing }) => missing)).to.deep.equal(pages.map(() => 0));
    for (const sign of ['ल', 'ল', 'ਪ', 'લ', 'ଲ', 'ல', 'ల', 'ಲ', 'ല']) expect(pages[0]?.text).to.include(sign);
  });

  it('show a question mark for what no font has', async () => {
    const [page] = await pagesOf(issued([kurta({ description: 'Tea 茶' })]));
    expect([page?.text.includes('Tea \uFFFD'), page?.missing]).to.deep.equal([true, 0]);
  });
});

describe('the tables of an invoice', function () {
  this.timeout(60_000);

  const rightOf = (pieces: readonly Piece[], text: string) =>
    pieces.filter((piece) => piece.text === text).map(({ right }) => Math.round(right));

  it('have their totals below the amounts that they add up', async () => {
    const [page] = await pagesOf(issued([kurta(), kurta({ hsn: '6203' }), kurta()]));
    const { pieces = [] } = page ?? {};
    for (const [amount, total] of [
      ['1,000.00', '3,000.00'],
      ['25.00', '75.00'],
      ['1,050.00', '3,150.00'],
      ['210.00', '630.00'],
    ] as const)
      expect(rightOf(pieces, total), total).to.include.members(rightOf(pieces, amount));
  });

  /** Rows of lines and of the summary that a page has, by what stands in their first column. */
  const rowsOn = ({ pieces, text }: Page) => ({
    lines: pieces.filter(({ text, left }) => /^\d{1,3} Kurta/.test(text) && left < 54).length,
    hsn: pieces.filter(({ text, left }) => /^\d{4}$/.test(text) && left < 54).length,
    hasTotals: text.includes('In words') || pieces.some(({ text, left }) => text === 'Total' && left < 54),
  });

  for (const [lines, codes] of [
    [16, 1],
    [22, 1],
    [23, 1],
    [24, 1],
    [13, 5],
    [16, 5],
    [45, 20],
  ] as const) {
    it(`leave no page with fewer than three rows of ${lines} lines and ${codes} codes, nor totals alone`, async () => {
      const all = Array.from({ length: lines }, (_, index) => kurta({ hsn: String(6100 + (index % codes)) }));
      const pages = (await pagesOf(issued(all))).map(rowsOn);
      expect(pages.reduce((sum, page) => sum + page.lines, 0)).to.equal(lines);
      expect(pages.reduce((sum, page) => sum + page.hsn, 0)).to.equal(codes);
      for (const page of pages) {
        expect(page.lines, JSON.stringify(pages)).to.satisfy((count: number) => count === 0 || count >= 3);
        expect(page.hsn, JSON.stringify(pages)).to.satisfy(
          (count: number) => count === 0 || count >= Math.min(3, codes),
        );
        if (page.hasTotals) expect(page.lines + page.hsn).to.be.above(0);
      }
    });
  }

  it('are broken before their last three rows, or not at all when they have fewer than six', () => {
    const laidOut = (lines: number[], ends: [lines: number, document: number]) =>
      new Map([
        ...lines.map((page, row): [string, number] => [`lines-${row}`, page]),
        ['lines-end', ends[0]],
        ...[ends[1], ends[1]].map((page, row): [string, number] => [`hsn-${row}`, page]),
        ['hsn-end', ends[1]],
        ['end', ends[1]],
      ]);
    const from = { lines: null, hsn: null };
    expect(nextBreaks(from, laidOut([1, 1, 1, 1, 1, 1], [1, 1]))).to.deep.equal(from);
    expect(nextBreaks(from, laidOut([1, 1, 1, 1, 1, 1], [2, 2]))).to.deep.equal({ lines: 3, hsn: null });
    expect(nextBreaks(from, laidOut([1, 1, 1, 1, 1, 2], [2, 2]))).to.deep.equal({ lines: 3, hsn: null });
    expect(nextBreaks(from, laidOut([1, 1, 1, 2, 2, 2], [2, 2]))).to.deep.equal(from);
    expect(nextBreaks(from, laidOut([1, 1, 1, 1, 2], [2, 2]))).to.deep.equal({ lines: 0, hsn: null });
  });
});
