import { indianSubdivision } from '../tax/india.ts';
import { type DocumentType, documentTypeOf, TITLES } from './document-type.ts';
import { type HsnRow, hsnSummary } from './hsn-summary.ts';
import type { DocumentKind } from './numbering.ts';
import { addTaxed, type TaxAmount, type Taxed, taxColumns, taxesOf, totalOf } from './taxes.ts';
import { type Unit, unitOf } from './unit.ts';
import { inWords } from './words.ts';

export interface Seller {
  name: string;
  /** Line by line. */
  address: string[];
  gstin: string;
  /** ISO 3166-2. */
  state: string;
  /** How buyers reach the seller; absent when it is not set, and on older documents. */
  contact?: string;
}

/** What a document is made of: a line of an order, a delivery, or a part of either that is credited. Amounts in paise. */
export interface DocumentLine extends Taxed {
  description: string;
  /** Empty for the delivery. */
  sku: string;
  hsn: string;
  /** Null where a note corrects the value only. */
  quantity: number | null;
  /** In what it is counted; absent: goods by the piece. */
  unit?: Unit | null;
  ratePercent: string;
  /** Of goods, as the shop states its prices. */
  unitPrice?: number | null;
  /** What the goods cost before discounts: of a part of a bundle its share, which may differ from price × quantity. */
  lineTotal?: number | null;
  /** Why the value is corrected. */
  reason?: string | null;
}

/** A line as it is printed. Documents issued before it have no price, discount, unit or taxes. */
export interface PrintedLine extends Omit<DocumentLine, 'lineTotal'> {
  /** With `unitPrice`, as the shop states its prices: `quantity × unitPrice − discount` is what was charged. */
  discount?: number;
  taxes?: TaxAmount[];
  total: number;
}

/** What stands on a tax document, but for the buyer, who may be forgotten. Amounts in paise. */
export interface TaxDocument {
  kind: DocumentKind;
  /** Absent, with the title, on what was issued before there were bills of supply. */
  type?: DocumentType;
  title?: string;
  number: string;
  /** `2026-11-27`, in India. */
  issuedOn: string;
  /** The invoice that a credit note corrects. */
  against: { number: string; issuedOn: string } | null;
  orderNumber: string;
  currency: string;
  seller: Seller;
  placeOfSupply: { name: string; gstCode: string };
  /** We sell to consumers: they never owe the tax themselves. */
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

/** Puts a document together (CGST Rules, rules 46, 46A, 49 and 53); all amounts are read from what was frozen at purchase. */
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
 * Unit price and discount, as the shop states its prices, so that `quantity × price − discount` is what was charged. What a
 * bundle takes off its parts is a discount; a part that its surcharge makes dearer has its own price, rounded up to a paisa.
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
