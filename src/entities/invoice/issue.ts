import type { TaxDocument } from '../../domain/invoices/document.ts';
import type { DocumentKind } from '../../domain/invoices/numbering.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { newId } from '../../infra/ids.ts';

export interface Series {
  gstin: string;
  kind: DocumentKind;
  /** As `26-27`, with its prefix in front where that is not the first one: `ST/26-27`. */
  year: string;
}

/**
 * Takes the next `count` numbers of a series, which nobody else can take until the transaction ends: they are used by it,
 * or given back by its rollback, so that the series has no gap. @returns the first of them
 */
export async function takeNumbers(tx: Tx, { gstin, kind, year }: Series, count: number): Promise<number> {
  const [row] = await tx.query<{ last: number }>(
    `insert into document_series as s (gstin, kind, year, last) values ($1, $2, $3, $4)
      on conflict (gstin, kind, year) do update set last = s.last + excluded.last returning last`,
    [gstin, kind, year, count],
  );
  return (row?.last ?? count) - count + 1;
}

/** Appends a document that will never be changed. @returns its id */
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
