import type { DocumentKind } from './numbering.ts';

/** The legal types of documents, as they appear in the JSON. */
export const DOCUMENT_TYPES = ['tax-invoice', 'bill-of-supply', 'invoice-cum-bill-of-supply', 'credit-note'] as const;
export type DocumentType = (typeof DOCUMENT_TYPES)[number];

/** The printed title of each type. */
export const TITLES: Readonly<Record<DocumentType, string>> = {
  'tax-invoice': 'Tax Invoice',
  'bill-of-supply': 'Bill of Supply',
  'invoice-cum-bill-of-supply': 'Invoice-cum-Bill of Supply',
  'credit-note': 'Credit Note',
};

/** Whether a supply is exempt, i.e. taxed at 0 %. */
export const isExempt = ({ ratePercent }: { ratePercent: string }): boolean => Number(ratePercent) === 0;

/**
 * Returns the type of a document: a tax invoice for taxable supplies (CGST Rules, rule 46), a bill of supply if all are
 * exempt (rule 49), an invoice-cum-bill of supply for both to a buyer without a GSTIN (rule 46A), as all our buyers
 * are. Corrections are credit notes (rule 53).
 */
export function documentTypeOf(kind: DocumentKind, lines: readonly { ratePercent: string }[]): DocumentType {
  if (kind === 'credit-note') return 'credit-note';
  if (!lines.some(isExempt)) return 'tax-invoice';
  return lines.every(isExempt) ? 'bill-of-supply' : 'invoice-cum-bill-of-supply';
}
