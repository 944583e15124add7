import type { Column, Content, TDocumentDefinitions } from 'pdfmake/interfaces.d.ts';
import { indianSubdivision } from '../../domain/india.ts';
import type { Seller, TaxDocument } from '../../domain/invoices/document.ts';
import type { Address } from '../../entities/checkout.ts';
import type { Buyer } from '../../entities/invoices/file.ts';
import { setInFonts } from './fonts.ts';
import { hsnTable, linesTable, rupees, totalsTable } from './tables.ts';

const TITLES = { invoice: 'Tax Invoice', 'credit-note': 'Credit Note' } as const;
const MARGIN = 36;

/** What stands where on the pages of a tax document. The heads of tables come again on each page, and so does the number. */
export function pageOf(document: TaxDocument, buyer: Buyer): TDocumentDefinitions {
  const { kind, number, seller, totals, inWords } = document;
  return {
    pageSize: 'A4',
    pageMargins: [MARGIN, MARGIN, MARGIN, MARGIN + 12],
    defaultStyle: { font: 'latin', fontSize: 8, lineHeight: 1.15 },
    info: { title: `${TITLES[kind]} ${number}`, author: seller.name },
    footer: (page: number, pages: number): Content => ({
      margin: [MARGIN, 8, MARGIN, 0],
      columns: [{ text: `${TITLES[kind]} ${number}` }, { text: `Page ${page} of ${pages}`, alignment: 'right' }],
    }),
    content: [
      { text: TITLES[kind].toUpperCase(), fontSize: 14, bold: true, alignment: 'center', margin: [0, 0, 0, 8] },
      { columns: [sellerBlock(seller), factsBlock(document)], columnGap: 16, margin: [0, 0, 0, 8] },
      { columns: buyerBlocks(buyer), columnGap: 16, margin: [0, 0, 0, 8] },
      linesTable(document),
      { text: 'Tax by HSN code', bold: true, margin: [0, 10, 0, 3] },
      hsnTable(document),
      { columns: [wordsBlock(inWords), totalsTable(document)], columnGap: 16, margin: [0, 10, 0, 10] },
      { text: `Amount ${kind === 'invoice' ? 'charged' : 'credited'}: ${rupees(totals.total)} INR`, bold: true },
      {
        text: 'Tax is not payable on reverse charge. This document was made by computer and needs no signature.',
        margin: [0, 6, 0, 0],
      },
    ],
  };
}

/** Half of the page between the margins; fixed, so that a long word breaks within it. */
const HALF = 253;

const lines = (title: string, texts: readonly string[]): Column => ({
  width: HALF,
  stack: [{ text: title, bold: true }, ...texts.map((text) => ({ text: setInFonts(text) }))],
});

const sellerBlock = ({ name, address, gstin, state }: Seller): Column =>
  lines('Sold by', [name, ...address, `State: ${stateOf(state)}`, `GSTIN: ${gstin}`]);

function factsBlock({ kind, number, issuedOn, orderNumber, placeOfSupply, against }: TaxDocument): Column {
  const { name, gstCode } = placeOfSupply;
  return lines(`${TITLES[kind]} no. ${number}`, [
    `Date: ${issuedOn}`,
    `Order: ${orderNumber}`,
    `Place of supply: ${name} (${gstCode})`,
    ...(against ? [`Against invoice ${against.number} of ${against.issuedOn}`] : []),
  ]);
}

const buyerBlocks = ({ billingAddress, shippingAddress }: Buyer): Column[] => [
  lines('Billed to', addressLines(billingAddress ?? shippingAddress)),
  lines('Delivered to', addressLines(shippingAddress)),
];

const addressLines = (address: Address | null): string[] =>
  address === null
    ? ['Unregistered buyer']
    : [
        address.name,
        address.line1,
        ...(address.line2 ? [address.line2] : []),
        `${address.city} ${address.postalCode}`,
        `${stateOf(address.state)}, ${address.country}`,
      ];

/** With its code, as the address of delivery has to say it (CGST Rules, rule 46(e)). */
function stateOf(code: string): string {
  const state = indianSubdivision(code);
  return state ? `${state.name} (${state.gstCode})` : code;
}

const wordsBlock = (inWords: string): Column => lines('In words', [inWords]);
