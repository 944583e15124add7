import { indianSubdivision } from '../tax/india.ts';
import { type DocumentType, documentTypeOf, TITLES } from './document-type.ts';
import { type HsnRow, hsnSummary } from './hsn-summary.ts';
import type { DocumentKind } from './numbering.ts';
import { addTaxed, type TaxAmount, type Taxed, taxColumns, taxesOf, totalOf } from './taxes.ts';
import { type Unit, unitOf } from './unit.ts';
import { inWords } from './words.ts';

export interface Seller {
  name: string;
  /** One entry per line. */
  address: string[];
  gstin: string;
  /** ISO 3166-2. */
  state: string;
  /** Contact details for buyers; absent if not set, and on older documents. */
  contact?: string;
}

/** Input of a printed line: an order line, the delivery, or a credited part of either. Amounts in paise. */
export interface DocumentLine extends Taxed {
  description: string;
  /** Empty for the delivery. */
  sku: string;
  hsn: string;
  /** Null where a note corrects the value only. */
  quantity: number | null;
  /** The unit of the quantity; absent: pieces. */
  unit?: Unit | null;
  ratePercent: string;
  /** Unit price of goods, with or without tax as the shop states its prices. */
  unitPrice?: number | null;
  /**
   * Price of the goods before discounts. For a part of a bundle it is a share, which may differ from price × quantity.
   */
  lineTotal?: number | null;
  /** Reason for a correction of the value. */
  reason?: string | null;
}

/** A printed line. Lines of older documents have no price, discount, unit or taxes. */
export interface PrintedLine extends Omit<DocumentLine, 'lineTotal'> {
  /** In the terms of `unitPrice`: `quantity × unitPrice − discount` is the charged amount. */
  discount?: number;
  taxes?: TaxAmount[];
  total: number;
}

/** A tax document without the buyer, whose data can be erased. Amounts in paise. */
export interface TaxDocument {
  kind: DocumentKind;
  /** Absent, like the title, on documents that were issued before bills of supply existed. */
  type?: DocumentType;
  title?: string;
  number: string;
  /** The date in India, e.g. `2026-11-27`. */
  issuedOn: string;
  /** The invoice that a credit note corrects. */
  against: { number: string; issuedOn: string } | null;
  orderNumber: string;
  currency: string;
  seller: Seller;
  placeOfSupply: { name: string; gstCode: string };
  /** Always false: the shop sells to consumers, who never owe the tax themselves. */
  reverseCharge: false;
  /** Whether unit prices and discounts include the tax. */
  pricesIncludeTax?: boolean;
  lines: PrintedLine[];
  hsnSummary: HsnRow[];
  totals: Taxed & { total: number; discount?: number };
  inWords: string;
  terms?: string;
}

type Facts = Pick<
  TaxDocument,
  'kind' | 'number' | 'issuedOn' | 'against' | 'orderNumber' | 'currency' | 'seller' | 'terms'
>;

interface Supply {
  /** ISO 3166-2. */
  placeOfSupply: string;
  pricesIncludeTax: boolean;
  lines: readonly DocumentLine[];
}

/** Builds a document (CGST Rules, rules 46, 46A, 49 and 53) from the amounts that were stored at purchase. */
export function taxDocument(facts: Facts, { placeOfSupply, pricesIncludeTax, lines }: Supply): TaxDocument {
  const state = indianSubdivision(placeOfSupply);
  const place = { name: state?.name ?? placeOfSupply, gstCode: state?.gstCode ?? '' };
  const columns = taxColumns({ seller: facts.seller, placeOfSupply: place, lines });
  const isPriced = facts.kind === 'invoice';
  const printed = lines.map(({ lineTotal, unitPrice, ...line }): PrintedLine => {
    const prices = isPriced ? statedPrice({ ...line, lineTotal, unitPrice }, pricesIncludeTax) : {};
    return { ...line, ...prices, unit: unitOf(line), taxes: taxesOf(line, columns), total: totalOf(line) };
  });
  const totals = addTaxed(lines);
  const total = totalOf(totals);
  const discount = printed.reduce((sum, line) => sum + (line.discount ?? 0), 0);
  const type = documentTypeOf(facts.kind, lines);
  return {
    ...facts,
    type,
    title: TITLES[type],
    placeOfSupply: place,
    reverseCharge: false,
    ...(isPriced && { pricesIncludeTax }),
    lines: printed,
    hsnSummary: hsnSummary(printed),
    totals: { ...totals, ...(isPriced && { discount }), total },
    inWords: inWords(total),
  };
}

/**
 * Returns unit price and discount so that `quantity × price − discount` is the charged amount. The reduction of a
 * bundle is a discount. A part that its surcharge makes more expensive gets its own price, rounded up to a paisa.
 */
function statedPrice(line: DocumentLine, pricesIncludeTax: boolean): { unitPrice: number; discount: number } {
  const charged = pricesIncludeTax ? totalOf(line) : line.taxable;
  const quantity = line.quantity ?? 1;
  const before = line.lineTotal ?? charged;
  const listed = line.unitPrice ?? 0;
  const unitPrice = listed * quantity >= before ? listed : ceilDivide(before, quantity);
  return { unitPrice, discount: unitPrice * quantity - charged };
}

const ceilDivide = (amount: number, parts: number): number =>
  (amount - (amount % parts)) / parts + (amount % parts > 0 ? 1 : 0);
