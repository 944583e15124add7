/** Unique quantity codes as the GST portal knows them. */
export const UNITS = [
  ...['BAG', 'BAL', 'BDL', 'BKL', 'BOU', 'BOX', 'BTL', 'BUN', 'CAN', 'CBM', 'CCM', 'CMS', 'CTN', 'DOZ', 'DRM'],
  ...['GGK', 'GMS', 'GRS', 'GYD', 'KGS', 'KLR', 'KME', 'LTR', 'MLT', 'MTR', 'MTS', 'NOS', 'OTH', 'PAC', 'PCS'],
  ...['PRS', 'QTL', 'ROL', 'SET', 'SQF', 'SQM', 'SQY', 'TBS', 'TGM', 'THD', 'TON', 'TUB', 'UGS', 'UNT', 'YDS'],
] as const;

/** A unique quantity code; `NA` for services, which are not counted in any. */
export type Unit = (typeof UNITS)[number] | 'NA';

/**
 * In what a line is counted (CGST Rules, rule 46(i)): goods in the unit of their product, by the piece where none was
 * named, services (HSN chapter 99) not at all.
 */
export const unitOf = ({ hsn, unit }: { hsn: string; unit?: Unit | null }): Unit =>
  hsn.startsWith('99') ? 'NA' : (unit ?? 'NOS');
