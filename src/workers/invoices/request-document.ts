import { markCreditNoteDue, markInvoiceDue } from '../../entities/invoice/due.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { issueDocuments } from '../../jobs/invoices.ts';
import type { WorkerDeps } from '../deps.ts';

/** Requests the invoice of a new order. It is issued after the commit. */
export function requestInvoice({ queues }: WorkerDeps, tx: Tx, orderId: string): void {
  markInvoiceDue(tx, orderId);
  tx.afterCommit(() => queues.nudge(issueDocuments));
}

/** Requests the credit note of a refund that has been made, at most once. It is issued after the commit. */
export function requestCreditNote({ queues }: WorkerDeps, tx: Tx, refund: { refundId: string; orderId: string }): void {
  markCreditNoteDue(tx, refund);
  tx.afterCommit(() => queues.nudge(issueDocuments));
}
