import { plainPercent } from '../tax/tax.ts';
import { isExempt } from './document-type.ts';

/** A taxable value and its taxes, in paise. */
export interface Taxed {
  taxable: number;
  cgst: number;
  sgst: number;
  igst: number;
}

/** One tax of a line: its name, its rate, and its amount in paise. */
export interface TaxAmount {
  name: 'CGST' | 'SGST' | 'UTGST' | 'IGST';
  /** A decimal, e.g. `9` or `1.25`. */
  ratePercent: string;
  amount: number;
}

export type TaxColumn = Pick<TaxAmount, 'name'> & { field: 'cgst' | 'sgst' | 'igst' };

/** GST codes of the union territories without their own tax law (UTGST Act 2017, section 1(2)). */
const UNDER_UTGST: readonly string[] = ['04', '26', '31', '35', '38'];

interface Place {
  seller: { gstin: string };
  placeOfSupply: { gstCode: string };
  lines: readonly (Taxed & { ratePercent: string })[];
}

/**
 * Returns the tax columns of a document (CGST Rules, rule 46(m)): CGST and SGST or UTGST within a state, else IGST. If
 * nothing was taxed, the states of seller and buyer decide; if all lines are exempt there is no column (rule 49).
 */
export function taxColumns({ seller, placeOfSupply: { gstCode }, lines }: Place): TaxColumn[] {
  if (lines.every(isExempt)) return [];
  const isTaxed = (field: TaxColumn['field']) => lines.some((line) => line[field] > 0);
  const isSellerState = gstCode !== '' && seller.gstin.startsWith(gstCode);
  const isWithinState = isTaxed('cgst') || isTaxed('sgst') || (isSellerState && !isTaxed('igst'));
  if (!isWithinState) return [{ field: 'igst', name: 'IGST' }];
  return [
    { field: 'cgst', name: 'CGST' },
    { field: 'sgst', name: UNDER_UTGST.includes(gstCode) ? 'UTGST' : 'SGST' },
  ];
}

/** Returns the amount of each tax of a line with its rate: 18 % within a state are 9 % and 9 %. */
export function taxesOf(line: Taxed & { ratePercent: string }, columns: readonly TaxColumn[]): TaxAmount[] {
  return columns.map(({ field, name }) => {
    const ratePercent = field === 'igst' ? line.ratePercent : halfOf(line.ratePercent);
    return { name, ratePercent, amount: line[field] };
  });
}

/** Returns half of a percentage, exactly: `2.5` → `1.25`. */
function halfOf(percent: string): string {
  const [whole = '', fraction = ''] = plainPercent(percent).split('.');
  const digits = String((BigInt(whole + fraction) * 10n) / 2n).padStart(fraction.length + 2, '0');
  const point = digits.length - fraction.length - 1;
  return plainPercent(`${digits.slice(0, point)}.${digits.slice(point)}`);
}

export const totalOf = ({ taxable, cgst, sgst, igst }: Taxed): number => taxable + cgst + sgst + igst;

/** Adds up the amounts of each tax. */
export function addTaxed(all: readonly Taxed[]): Taxed {
  const sum: Taxed = { taxable: 0, cgst: 0, sgst: 0, igst: 0 };
  for (const { taxable, cgst, sgst, igst } of all) {
    sum.taxable += taxable;
    sum.cgst += cgst;
    sum.sgst += sgst;
    sum.igst += igst;
  }
  return sum;
}
