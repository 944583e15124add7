/** Unique quantity codes (UQC) of the GST portal. */
export const UNITS = [
  ...['BAG', 'BAL', 'BDL', 'BKL', 'BOU', 'BOX', 'BTL', 'BUN', 'CAN', 'CBM', 'CCM', 'CMS', 'CTN', 'DOZ', 'DRM'],
  ...['GGK', 'GMS', 'GRS', 'GYD', 'KGS', 'KLR', 'KME', 'LTR', 'MLT', 'MTR', 'MTS', 'NOS', 'OTH', 'PAC', 'PCS'],
  ...['PRS', 'QTL', 'ROL', 'SET', 'SQF', 'SQM', 'SQY', 'TBS', 'TGM', 'THD', 'TON', 'TUB', 'UGS', 'UNT', 'YDS'],
] as const;

/** A unique quantity code; `NA` for services, which have no unit. */
export type Unit = (typeof UNITS)[number] | 'NA';

/**
 * Returns the unit of a line (CGST Rules, rule 46(i)): the unit of the product, pieces if it has none, and none for
 * services (HSN chapter 99).
 */
export const unitOf = ({ hsn, unit }: { hsn: string; unit?: Unit | null }): Unit =>
  hsn.startsWith('99') ? 'NA' : (unit ?? 'NOS');
