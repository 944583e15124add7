import type { Column, Content, TDocumentDefinitions } from 'pdfmake/interfaces.d.ts';
import type { Seller, TaxDocument } from '../../domain/invoices/document.ts';
import { TITLES } from '../../domain/invoices/document-type.ts';
import type { Logo } from '../../domain/invoices/seller.ts';
import { taxColumns } from '../../domain/invoices/taxes.ts';
import { indianSubdivision } from '../../domain/tax/india.ts';
import type { Address } from '../../entities/checkout/checkout.ts';
import type { Buyer } from '../../entities/invoice/file.ts';
import { currencySign, indianDay, rupees } from './amounts.ts';
import { splitByFont } from './fonts.ts';
import type { PageBreaks } from './page-breaks.ts';
import { hsnTable, linesTable } from './tables.ts';

const MARGIN = 36;

/** The title of the document. Older documents store no title; their kind decides. */
const titleOf = ({ title, kind }: TaxDocument): string =>
  title ?? TITLES[kind === 'invoice' ? 'tax-invoice' : 'credit-note'];

export interface PrintableDocument {
  document: TaxDocument;
  buyer: Buyer;
  logo: Logo | undefined;
}

/** The layout of a tax document. Each page repeats the table headers and the document number. */
export function layoutDocument({ document, buyer, logo }: PrintableDocument, breaks: PageBreaks): TDocumentDefinitions {
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
      { text: splitByFont(amountsNote(document)), fontSize: 7, margin: [2, 2, 0, 8] },
      ...hsnTable(document, breaks.hsn),
      closingBlock(document),
    ],
  };
}

/** Half of the width between the margins, in points. A fixed width makes long words break. */
const HALF = 253;

const textBlock = (title: string, texts: readonly string[]): Column => ({
  width: HALF,
  stack: [{ text: title, bold: true }, ...texts.map((text) => ({ text: splitByFont(text) }))],
});

const sellerBlock = ({ name, address, gstin, state, contact }: Seller): Column =>
  textBlock('Sold by', [
    name,
    ...address,
    `State: ${stateWithCode(state)}`,
    `GSTIN: ${gstin}`,
    ...(contact ? [`Contact: ${contact}`] : []),
  ]);

function factsBlock(document: TaxDocument): Column {
  const { number, issuedOn, orderNumber, placeOfSupply, against } = document;
  const { name, gstCode } = placeOfSupply;
  return textBlock(`${titleOf(document)} no. ${number}`, [
    `Date: ${indianDay(issuedOn)}`,
    `Order: ${orderNumber}`,
    `Place of supply: ${name}${gstCode ? ` (${gstCode})` : ''}`,
    ...(against ? [`Against invoice ${against.number} of ${indianDay(against.issuedOn)}`] : []),
  ]);
}

const buyerBlocks = ({ billingAddress, shippingAddress }: Buyer): Column[] => [
  textBlock('Billed to', addressLines(billingAddress ?? shippingAddress)),
  textBlock('Delivered to', addressLines(shippingAddress)),
];

const addressLines = (address: Address | null): string[] =>
  address === null
    ? ['Unregistered buyer']
    : [
        address.name,
        address.line1,
        ...(address.line2 ? [address.line2] : []),
        `${address.city} ${address.postalCode}`,
        `${stateWithCode(address.state)}, ${address.country}`,
      ];

/** The state with its GST code, as rule 46(e) of the CGST Rules requires for the delivery address. */
function stateWithCode(code: string): string {
  const state = indianSubdivision(code);
  return state ? `${state.name} (${state.gstCode})` : code;
}

/** States the currency, and how the taxable value follows from the unit price. */
function amountsNote(document: TaxDocument): string {
  const amounts = `Amounts in ${currencySign(document).trim()}.`;
  if (document.pricesIncludeTax === undefined) return amounts;
  if (taxColumns(document).length === 0) return `${amounts} Value = quantity × unit price − discount.`;
  return document.pricesIncludeTax
    ? `${amounts} Unit price and discount include tax. Total = quantity × unit price − discount; taxable value = total − taxes.`
    : `${amounts} Taxable value = quantity × unit price − discount; unit price and discount are without tax.`;
}

/** The total in words and figures, the terms and the legal notes; on one page. */
function closingBlock(document: TaxDocument): Content {
  const { kind, totals, inWords, terms, type } = document;
  const amount = `${currencySign(document)}${rupees(totals.total)}`;
  const charge = type === 'bill-of-supply' ? '' : 'Tax is not payable on reverse charge. ';
  return {
    margin: [0, 10, 0, 0],
    unbreakable: true,
    stack: [
      {
        columns: [
          textBlock('In words', [inWords]),
          {
            width: HALF,
            text: splitByFont(`Amount ${kind === 'invoice' ? 'charged' : 'credited'}: ${amount}`),
            bold: true,
            fontSize: 10,
            alignment: 'right',
          },
        ],
        columnGap: 16,
      },
      ...(terms ? [{ text: splitByFont(terms), margin: [0, 8, 0, 0] as [number, number, number, number] }] : []),
      {
        // page-breaks.ts uses the id to find the last page.
        id: 'end',
        text: `${charge}This is a computer-generated document and needs no signature.`,
        margin: [0, 8, 0, 0],
      },
    ],
  };
}
