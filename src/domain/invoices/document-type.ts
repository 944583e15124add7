import type { DocumentKind } from './numbering.ts';

/** As which of the documents of the law a document is issued; the JSON has these words. */
export const DOCUMENT_TYPES = ['tax-invoice', 'bill-of-supply', 'invoice-cum-bill-of-supply', 'credit-note'] as const;
export type DocumentType = (typeof DOCUMENT_TYPES)[number];

/** What stands on top of it. */
export const TITLES: Readonly<Record<DocumentType, string>> = {
  'tax-invoice': 'Tax Invoice',
  'bill-of-supply': 'Bill of Supply',
  'invoice-cum-bill-of-supply': 'Invoice-cum-Bill of Supply',
  'credit-note': 'Credit Note',
};

/** Whether a supply is exempt: it is taxed at 0 %. */
export const isExempt = ({ ratePercent }: { ratePercent: string }): boolean => Number(ratePercent) === 0;

/**
 * A tax invoice for taxable supplies (CGST Rules, rule 46), a bill of supply when all are exempt (rule 49), and one
 * invoice-cum-bill of supply for both to a buyer without a GSTIN (rule 46A), as all of ours are. Corrections of any of them
 * are credit notes (rule 53).
 */
export function documentTypeOf(kind: DocumentKind, lines: readonly { ratePercent: string }[]): DocumentType {
  if (kind === 'credit-note') return 'credit-note';
  if (!lines.some(isExempt)) return 'tax-invoice';
  return lines.every(isExempt) ? 'bill-of-supply' : 'invoice-cum-bill-of-supply';
}
