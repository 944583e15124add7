import { indianSubdivision } from '../india.ts';
import type { DocumentKind } from './numbering.ts';
import { type Unit, unitOf } from './unit.ts';
import { inWords } from './words.ts';

export interface Seller {
  name: string;
  /** Line by line. */
  address: string[];
  gstin: string;
  /** ISO 3166-2. */
  state: string;
}

/** The tax of something, in paise. */
export interface Taxed {
  taxable: number;
  cgst: number;
  sgst: number;
  igst: number;
}

export interface DocumentLine extends Taxed {
  description: string;
  /** Empty for the delivery. */
  sku: string;
  hsn: string;
  quantity: number;
  ratePercent: string;
}

export interface HsnRow extends Taxed {
  hsn: string;
  ratePercent: string;
  quantity: number;
  /** Absent on what was issued before units were named. */
  unit?: Unit;
}

/** What stands on a tax invoice or credit note, but for the buyer, who may be forgotten. Amounts in paise. */
export interface TaxDocument {
  kind: DocumentKind;
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
  lines: (DocumentLine & Pick<HsnRow, 'unit'> & { total: number })[];
  hsnSummary: HsnRow[];
  totals: Taxed & { total: number };
  inWords: string;
}

type Facts = Pick<TaxDocument, 'kind' | 'number' | 'issuedOn' | 'against' | 'orderNumber' | 'currency' | 'seller'>;

/** Puts a document together (CGST Rules, rules 46 and 53); all amounts are read from what was frozen at purchase. */
export function taxDocument(
  facts: Facts,
  { placeOfSupply, lines }: { placeOfSupply: string; lines: readonly DocumentLine[] },
): TaxDocument {
  const state = indianSubdivision(placeOfSupply);
  const totals = add(lines);
  const total = totalOf(totals);
  return {
    ...facts,
    placeOfSupply: { name: state?.name ?? placeOfSupply, gstCode: state?.gstCode ?? '' },
    reverseCharge: false,
    lines: lines.map((line) => ({ ...line, unit: unitOf(line.hsn), total: totalOf(line) })),
    hsnSummary: hsnSummary(lines),
    totals: { ...totals, total },
    inWords: inWords(total),
  };
}

/** The lines added up by HSN code and rate, in that order. */
export function hsnSummary(lines: readonly DocumentLine[]): HsnRow[] {
  const groups = [...Map.groupBy(lines, ({ hsn, ratePercent }) => `${hsn} ${ratePercent.padStart(8, '0')}`)];
  return groups
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, group]) => {
      const [{ hsn, ratePercent } = { hsn: '', ratePercent: '' }] = group;
      const quantity = group.reduce((sum, line) => sum + line.quantity, 0);
      return { hsn, ratePercent, quantity, unit: unitOf(hsn), ...add(group) };
    });
}

export const totalOf = ({ taxable, cgst, sgst, igst }: Taxed): number => taxable + cgst + sgst + igst;

function add(all: readonly Taxed[]): Taxed {
  const sum: Taxed = { taxable: 0, cgst: 0, sgst: 0, igst: 0 };
  for (const { taxable, cgst, sgst, igst } of all) {
    sum.taxable += taxable;
    sum.cgst += cgst;
    sum.sgst += sgst;
    sum.igst += igst;
  }
  return sum;
}
