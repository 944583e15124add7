import type { GstSplit } from '../../tax/tax.ts';
import type { TaxSummary } from '../output.ts';

type Summed = GstSplit & { hsn: string; ratePercent: string; taxableValue: number };

/** Sums the tax per HSN and rate, in an order that does not depend on the order of the lines. */
export function taxSummaryOf(parts: readonly Summed[]): TaxSummary[] {
  const groups = new Map<string, TaxSummary>();
  for (const part of parts) {
    const { hsn, ratePercent } = part;
    const key = `${hsn} ${ratePercent}`;
    const group = groups.get(key) ?? { hsn, ratePercent, taxableValue: 0, cgst: 0, sgst: 0, igst: 0 };
    for (const field of ['taxableValue', 'cgst', 'sgst', 'igst'] as const) group[field] += part[field];
    groups.set(key, group);
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
}
