import type { TaxDocument, Taxed } from '../../domain/invoices/document.ts';

interface TaxColumn {
  field: Exclude<keyof Taxed, 'taxable'>;
  title: string;
}

/** GST codes of the union territories that have no tax law of their own (UTGST Act 2017, section 1(2)). */
const UNDER_UTGST: readonly string[] = ['04', '26', '31', '35', '38'];

/**
 * The taxes that are columns of a document (CGST Rules, rule 46(m)): within a state those of the union and of the state,
 * else the integrated one. Where nothing was taxed, the places tell.
 */
export function taxColumns({ totals, seller, placeOfSupply: { gstCode } }: TaxDocument): TaxColumn[] {
  const isWithinState =
    totals.cgst + totals.sgst + totals.igst > 0 ? totals.igst === 0 : seller.gstin.startsWith(gstCode);
  if (!isWithinState) return [{ field: 'igst', title: 'IGST' }];
  return [
    { field: 'cgst', title: 'CGST' },
    { field: 'sgst', title: UNDER_UTGST.includes(gstCode) ? 'UTGST' : 'SGST' },
  ];
}
