import { expect } from 'chai';
import { taxDocument } from '../../src/domain/invoices/document.ts';
import { renderPdf } from '../../src/workers/invoices/render.ts';
import { BENGALURU } from '../support/address.ts';
import { openPdf } from '../support/pdf.ts';

const SELLER = { name: 'Shop Private Limited', address: ['12 Road'], gstin: '29AABCV1234K1Z9', state: 'IN-KA' };
const LONG = 'Averylongwordwithoutanyspaceinitthatgoesonandonandonandonandonforeverandever';

const documentOf = (count: number, tax: { cgst: number; sgst: number; igst: number }, placeOfSupply = 'IN-KA') =>
  taxDocument(
    {
      kind: 'invoice',
      number: 'VC/26-27/000123',
      issuedOn: '2026-11-27',
      against: null,
      orderNumber: 'VC-000456',
      currency: 'INR',
      seller: SELLER,
    },
    {
      placeOfSupply,
      lines: Array.from({ length: count }, (_, index) => ({
        description: index % 3 === 0 ? `कुर्ता हाथ से बुना ${LONG}` : `Kurta ${LONG}`,
        sku: `SKU-${index}-${LONG}`,
        hsn: '61091000',
        quantity: 99_999,
        ratePercent: '12.5',
        taxable: 9_99_99_999_99,
        ...tax,
      })),
    },
  );

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
    const [page] = await openPdf(await renderPdf(documentOf(1, { cgst: 1, sgst: 1, igst: 0 }), buyer));
    for (const said of [
      'VC/26-27/000123',
      'VC-000456',
      '29AABCV1234K1Z9',
      'State: Karnataka (29)',
      'Karnataka (29), IN',
      '99999 NOS',
      '9,99,99,999.99',
      '10,00,00,000.01',
    ]) {
      expect(page?.text).to.include(said);
    }
    expect(page?.text).to.include('Ten Crore Rupees and One Paisa Only');
  });

  for (const [place, tax, titles] of [
    ['IN-KA', 0, ['CGST', 'SGST']],
    ['IN-MH', 0, ['IGST']],
    // A seller of a union territory: what is no tax of a state is not called so.
    ['IN-CH', 1, ['CGST', 'UTGST']],
  ] as const) {
    it(`has the columns ${titles} of ${place}, taxed ${tax}`, async () => {
      const document = documentOf(1, { cgst: tax, sgst: tax, igst: 0 }, place);
      const [page] = await openPdf(await renderPdf(document, buyer));
      const found = new Set(page?.text.match(/\b(CGST|SGST|UTGST|IGST)\b/g));
      expect([...found]).to.deep.equal(titles);
    });
  }

  it('is made out to nobody when the buyer is forgotten', async () => {
    const forgotten = { billingAddress: null, shippingAddress: null };
    const [page] = await openPdf(await renderPdf(documentOf(1, { cgst: 1, sgst: 1, igst: 0 }), forgotten));
    expect(page?.text).to.include('Unregistered buyer');
  });
});
