import type { Column, Content, TDocumentDefinitions } from 'pdfmake/interfaces.d.ts';
import type { Seller, TaxDocument } from '../../domain/invoices/document.ts';
import { TITLES } from '../../domain/invoices/document-type.ts';
import type { Logo } from '../../domain/invoices/seller.ts';
import { taxColumns } from '../../domain/invoices/taxes.ts';
import { indianSubdivision } from '../../domain/tax/india.ts';
import type { Address } from '../../entities/checkout/checkout.ts';
import type { Buyer } from '../../entities/invoice/file.ts';
import { currencySign, indianDay, rupees } from './amounts.ts';
import { setInFonts } from './fonts.ts';
import type { PageBreaks } from './page-breaks.ts';
import { hsnTable, linesTable } from './tables.ts';

const MARGIN = 36;

/** As which document it was issued, also long ago. */
const titleOf = ({ title, kind }: TaxDocument): string =>
  title ?? TITLES[kind === 'invoice' ? 'tax-invoice' : 'credit-note'];

export interface Drawn {
  document: TaxDocument;
  buyer: Buyer;
  logo: Logo | undefined;
}

/** What stands where on the pages of a tax document. The heads of tables come again on each page, and so does the number. */
export function pageOf({ document, buyer, logo }: Drawn, breaks: PageBreaks): TDocumentDefinitions {
  const { number, seller } = document;
  const title = titleOf(document);
  return {
    pageSize: 'A4',
    pageMargins: [MARGIN, MARGIN, MARGIN, MARGIN + 12],
    defaultStyle: { font: 'latin', fontSize: 8, lineHeight: 1.15 },
    info: { title: `${title} ${number}`, author: seller.name },
    footer: (page: number, pages: number): Content => ({
      margin: [MARGIN, 8, MARGIN, 0],
      columns: [{ text: `${title} ${number}` }, { text: `Page ${page} of ${pages}`, alignment: 'right' }],
    }),
    content: [
      ...(logo ? [{ image: `data:${logo.type};base64,${logo.base64}`, fit: [160, 48] as [number, number] }] : []),
      { text: title.toUpperCase(), fontSize: 14, bold: true, alignment: 'center', margin: [0, 0, 0, 8] },
      { columns: [sellerBlock(seller), factsBlock(document)], columnGap: 16, margin: [0, 0, 0, 8] },
      { columns: buyerBlocks(buyer), columnGap: 16, margin: [0, 0, 0, 8] },
      ...linesTable(document, breaks.lines),
      { text: setInFonts(amountsNote(document)), fontSize: 7, margin: [2, 2, 0, 8] },
      ...hsnTable(document, breaks.hsn),
      closing(document),
    ],
  };
}

/** Half of the page between the margins; fixed, so that a long word breaks within it. */
const HALF = 253;

const lines = (title: string, texts: readonly string[]): Column => ({
  width: HALF,
  stack: [{ text: title, bold: true }, ...texts.map((text) => ({ text: setInFonts(text) }))],
});

const sellerBlock = ({ name, address, gstin, state, contact }: Seller): Column =>
  lines('Sold by', [
    name,
    ...address,
    `State: ${stateOf(state)}`,
    `GSTIN: ${gstin}`,
    ...(contact ? [`Contact: ${contact}`] : []),
  ]);

function factsBlock(document: TaxDocument): Column {
  const { number, issuedOn, orderNumber, placeOfSupply, against } = document;
  const { name, gstCode } = placeOfSupply;
  return lines(`${titleOf(document)} no. ${number}`, [
    `Date: ${indianDay(issuedOn)}`,
    `Order: ${orderNumber}`,
    `Place of supply: ${name}${gstCode ? ` (${gstCode})` : ''}`,
    ...(against ? [`Against invoice ${against.number} of ${indianDay(against.issuedOn)}`] : []),
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

/** In which currency the amounts are, and how a reader comes from unit price to taxable value. */
function amountsNote(document: TaxDocument): string {
  const amounts = `Amounts in ${currencySign(document).trim()}.`;
  if (document.pricesIncludeTax === undefined) return amounts;
  if (taxColumns(document).length === 0) return `${amounts} Value = quantity × unit price − discount.`;
  return document.pricesIncludeTax
    ? `${amounts} Unit price and discount include tax. Total = quantity × unit price − discount; taxable value = total − taxes.`
    : `${amounts} Taxable value = quantity × unit price − discount; unit price and discount are without tax.`;
}

/** What it all comes to, and what has to be said besides; it stays on one page. */
function closing(document: TaxDocument): Content {
  const { kind, totals, inWords, terms, type } = document;
  const amount = `${currencySign(document)}${rupees(totals.total)}`;
  const charge = type === 'bill-of-supply' ? '' : 'Tax is not payable on reverse charge. ';
  return {
    margin: [0, 10, 0, 0],
    unbreakable: true,
    stack: [
      {
        columns: [
          lines('In words', [inWords]),
          {
            width: HALF,
            text: setInFonts(`Amount ${kind === 'invoice' ? 'charged' : 'credited'}: ${amount}`),
            bold: true,
            fontSize: 10,
            alignment: 'right',
          },
        ],
        columnGap: 16,
      },
      ...(terms ? [{ text: setInFonts(terms), margin: [0, 8, 0, 0] as [number, number, number, number] }] : []),
      {
        // Says on which page the document ends (page-breaks.ts).
        id: 'end',
        text: `${charge}This document was made by computer and needs no signature.`,
        margin: [0, 8, 0, 0],
      },
    ],
  };
}
