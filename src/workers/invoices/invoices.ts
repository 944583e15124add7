import { createHash } from 'node:crypto';
import { type TaxDocument, taxDocument } from '../../domain/invoices/document.ts';
import {
  DOCUMENT_KINDS,
  type DocumentKind,
  documentNumber,
  financialYearOf,
  indianDate,
  seriesName,
} from '../../domain/invoices/numbering.ts';
import type { IssuingSeller } from '../../domain/invoices/seller.ts';
import { orderNumber } from '../../domain/orders/number.ts';
import { type DueDocument, takeDueDocuments } from '../../entities/invoice/due.ts';
import { buyerOf, type Issued, loadUnrendered, lockDocumentBuyer, storeFile } from '../../entities/invoice/file.ts';
import { issueDocument, takeNumbers } from '../../entities/invoice/issue.ts';
import { acknowledge } from '../../entities/outbox/outbox.ts';
import { storeEvents } from '../../entities/webhook/announce.ts';
import { type Tx, unitOfWork } from '../../infra/database/unit-of-work.ts';
import { errorFields, observe } from '../../infra/observability/log.ts';
import { inSpan } from '../../infra/observability/span.ts';
import { currentTrace, runWithTrace } from '../../infra/observability/trace.ts';
import { done, handler, noop, snooze } from '../../infra/queue/handler.ts';
import { issueDocuments, renderDocument } from '../../jobs/invoices.ts';
import { deliverWebhooks } from '../../jobs/webhooks.ts';
import type { WorkerDeps } from '../deps.ts';

/** Documents per transaction. After a full batch the next one starts at once. */
const BATCH = 200;
const RENDER_AGAIN_MS = 100;

/** Issues tax documents, and renders the requested PDFs. */
export const invoiceHandlers = (deps: WorkerDeps) => [
  handler(issueDocuments, async () => {
    for (const kind of DOCUMENT_KINDS) {
      const count = await issue(deps, kind).catch((error: unknown) => issueOneByOne(deps, kind, error));
      if (count === BATCH) deps.queues.nudge(issueDocuments);
      if (count > 0) deps.queues.nudge(deliverWebhooks);
    }
    return done;
  }),

  handler(renderDocument, async ({ documentId: id }, { commandId }) => {
    const issued = await loadUnrendered(deps.db.query, id);
    const pdf = issued && (await renderIssued(deps, issued));
    return unitOfWork(deps.db, renderDocument.name, async (tx) => {
      // Since the read, the buyer was erased or encrypted with another key: render again.
      if (issued && !(await lockDocumentBuyer(tx, issued))) return snooze(RENDER_AGAIN_MS);
      if (!(await acknowledge(tx, commandId)) || !pdf) return noop('done before');
      const sha256 = createHash('sha256').update(pdf).digest('base64url');
      await storeFile(tx, deps.vault, { id, pdf, sha256 });
      tx.afterCommit(() => deps.wake({ id, busy: false }));
      return done;
    });
  }),
];

/** Issues due documents of a kind, numbers and documents in one transaction. @returns the number of documents */
export const issue = (
  { db, seller }: Pick<WorkerDeps, 'db' | 'seller'>,
  kind: DocumentKind,
  id: string | null = null,
): Promise<number> =>
  unitOfWork(db, issueDocuments.name, async (tx) => {
    const due = await takeDueDocuments(tx, { kind, limit: BATCH, id });
    if (due.length === 0) return 0;
    const issuedOn = indianDate(tx.now);
    const [prefix, year] = [seller.prefixes[kind], financialYearOf(issuedOn)];
    const series = { gstin: seller.gstin, kind, year: seriesName(kind, { prefix, year }) };
    const first = await takeNumbers(tx, series, due.length);
    const events = due.map((item, index) => {
      const sequence = first + index;
      const number = documentNumber({ prefix, year, sequence });
      const document = buildDocument(item, { kind, number, issuedOn, seller });
      return storeDocument(tx, item, { document, year: series.year, sequence });
    });
    await storeEvents(tx, EVENTS[kind], await Promise.all(events));
    tx.afterCommit(() => observe('documents.issued', { kind, count: due.length }));
    return due.length;
  });

/** Stores a document in the trace of its purchase or refund. @returns its event */
const storeDocument = (
  tx: Tx,
  { id, orderId, trace }: DueDocument,
  { document, ...series }: { document: TaxDocument; year: string; sequence: number },
) => {
  const { kind, type, number, totals } = document;
  const refundId = kind === 'invoice' ? null : id;
  const issueNow = async () => {
    const documentId = issueDocument(tx, { orderId, refundId, document, ...series });
    const data = { orderId, ...(refundId && { refundId }), documentId, type, number, total: totals.total };
    return { data, trace: currentTrace() ?? null };
  };
  return runWithTrace(trace, () => inSpan(`issue ${kind}`, { kind: 'consumer' }, issueNow));
};

const EVENTS = { invoice: 'invoice.issued', 'credit-note': 'credit_note.issued' } as const;

type Numbered = Pick<TaxDocument, 'kind' | 'number' | 'issuedOn'> & { seller: IssuingSeller };

/** Builds the content of a document. Prefixes and logo of the seller are not part of it. */
function buildDocument(due: DueDocument, { seller, ...numbered }: Numbered): TaxDocument {
  const { prefixes: _, logo: __, terms, ...printed } = seller;
  const { currency, invoice } = due;
  const against = numbered.kind === 'invoice' ? null : invoice;
  const facts = { ...numbered, against, orderNumber: orderNumber(due.orderNumber), currency, seller: printed, terms };
  return taxDocument(facts, due);
}

async function renderIssued({ vault, seller }: WorkerDeps, issued: Issued): Promise<Buffer> {
  // Loading the renderer takes 250 ms: a worker that renders nothing starts without it.
  const { renderPdf } = await import('./render.ts');
  return renderPdf(issued.content, buyerOf(vault, issued), seller.logo);
}

/** Issues the batch one by one, so that one failing document does not block the others. A failed document stays due. */
async function issueOneByOne(deps: WorkerDeps, kind: DocumentKind, cause: unknown): Promise<number> {
  observe('documents.batch.failed', { kind, ...errorFields(cause) });
  const due = await deps.db.query<{ id: string }>(`select id from documents_due where kind = $1 order by id limit $2`, [
    kind,
    BATCH,
  ]);
  for (const { id } of due) {
    await issue(deps, kind, id).catch((error: unknown) =>
      observe('document.failed', { kind, id, ...errorFields(error) }),
    );
  }
  // The sweeper issues the rest; an immediate retry would loop.
  return 0;
}
