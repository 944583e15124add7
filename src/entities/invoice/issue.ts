import type { TaxDocument } from '../../domain/invoices/document.ts';
import type { DocumentKind } from '../../domain/invoices/numbering.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { newId } from '../../infra/ids.ts';

export interface Series {
  gstin: string;
  kind: DocumentKind;
  /** Fiscal year such as `26-27`; with the prefix of the series if that was ever changed: `ST/26-27`. */
  year: string;
}

/**
 * Takes the next `count` numbers of a series and locks the series until the transaction ends. A rollback returns the
 * numbers, so the series has no gap. @returns the first number
 */
export async function takeNumbers(tx: Tx, { gstin, kind, year }: Series, count: number): Promise<number> {
  const [row] = await tx.query<{ last: number }>(
    `insert into document_series as s (gstin, kind, year, last) values ($1, $2, $3, $4)
      on conflict (gstin, kind, year) do update set last = s.last + excluded.last returning last`,
    [gstin, kind, year, count],
  );
  return (row?.last ?? count) - count + 1;
}

/** Appends a document, which is immutable. @returns its id */
export function issueDocument(
  tx: Tx,
  of: { orderId: string; refundId: string | null; year: string; sequence: number; document: TaxDocument },
): string {
  const { document } = of;
  const { kind, number, issuedOn, seller, totals } = document;
  const id = newId();
  tx.append('documents', {
    id,
    kind,
    order_id: of.orderId,
    refund_id: of.refundId,
    gstin: seller.gstin,
    year: of.year,
    sequence: of.sequence,
    number,
    issued_on: issuedOn,
    total: totals.total,
    content: document,
    created_at: tx.now,
  });
  return id;
}
