import { addTaxed, type TaxAmount, type Taxed } from './taxes.ts';
import type { Unit } from './unit.ts';

/** The supplies of one HSN code at one rate. */
export interface HsnRow extends Taxed {
  hsn: string;
  ratePercent: string;
  /** Null if no line has a quantity. */
  quantity: number | null;
  /** Absent on documents that were issued before units existed. */
  unit?: Unit | null;
  taxes?: TaxAmount[];
}

type Summed = Taxed & Pick<HsnRow, 'hsn' | 'ratePercent' | 'quantity' | 'unit' | 'taxes'>;

/** Adds up the lines by HSN code, rate and unit, sorted in that order, as in the tax return (GSTR-1, table 12). */
export function hsnSummary(lines: readonly Summed[]): HsnRow[] {
  const groups = [...Map.groupBy(lines, keyOf)];
  return groups
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, group]) => {
      const [{ hsn, ratePercent, unit, taxes = [] } = { hsn: '', ratePercent: '' }] = group;
      const counted = group.flatMap(({ quantity }) => quantity ?? []);
      const quantity = counted.length > 0 ? counted.reduce((sum, one) => sum + one, 0) : null;
      const summed = taxes.map((tax, index) => ({
        ...tax,
        amount: group.reduce((sum, line) => sum + (line.taxes?.[index]?.amount ?? 0), 0),
      }));
      return { hsn, ratePercent, quantity, unit, taxes: summed, ...addTaxed(group) };
    });
}

const keyOf = ({ hsn, ratePercent, unit }: Summed): string => `${hsn} ${ratePercent.padStart(8, '0')} ${unit}`;
