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
import { type DueDocument, takeDue } from '../../entities/invoice/due.ts';
import { buyerOf, holdBuyer, type Issued, loadUnrendered, storeFile } from '../../entities/invoice/file.ts';
import { issueDocument, takeNumbers } from '../../entities/invoice/issue.ts';
import { acknowledge } from '../../entities/outbox/outbox.ts';
import { storeEvents } from '../../entities/webhook/announce.ts';
import { unitOfWork } from '../../infra/database/unit-of-work.ts';
import { errorFields, observe } from '../../infra/observability/log.ts';
import { done, type Handler, handler, noop, snooze } from '../../infra/queue/worker.ts';
import { issueDocuments, renderDocument } from '../../jobs/invoices.ts';
import { deliverWebhooks } from '../../jobs/webhooks.ts';
import type { WorkerDeps } from '../deps.ts';

/** Documents per transaction; a full round is followed by another at once. */
const BATCH = 200;
const DRAW_AGAIN_MS = 100;

/** Issues tax documents, and draws those that somebody wants to see. */
export const invoiceHandlers = (deps: WorkerDeps): Handler[] => [
  handler(issueDocuments, async () => {
    for (const kind of DOCUMENT_KINDS) {
      const count = await issue(deps, kind).catch((error: unknown) => issueOneByOne(deps, kind, error));
      if (count === BATCH) deps.queues.nudge(issueDocuments);
      if (count > 0) deps.queues.nudge(deliverWebhooks);
    }
    return done;
  }),

  handler(renderDocument, async ({ documentId: id }, { commandId }) => {
    const found = await loadUnrendered(deps.db.query, id);
    const pdf = found && (await pdfOf(deps, found));
    return unitOfWork(deps.db, renderDocument.name, async (tx) => {
      // Erased, or sealed under another key, since it was read.
      if (found && !(await holdBuyer(tx, found))) return snooze(DRAW_AGAIN_MS);
      if (!(await acknowledge(tx, commandId)) || !pdf) return noop('done before');
      const sha256 = createHash('sha256').update(pdf).digest('base64url');
      await storeFile(tx, deps.vault, { id, pdf, sha256 });
      tx.afterCommit(() => deps.wake({ id, busy: false }));
      return done;
    });
  }),
];

/** Issues what is due of a kind in one transaction: number and document are there together, or neither. @returns how many */
export const issue = (
  { db, seller }: Pick<WorkerDeps, 'db' | 'seller'>,
  kind: DocumentKind,
  id: string | null = null,
): Promise<number> =>
  unitOfWork(db, issueDocuments.name, async (tx) => {
    const due = await takeDue(tx, { kind, limit: BATCH, id });
    if (due.length === 0) return 0;
    const issuedOn = indianDate(tx.now);
    const [prefix, year] = [seller.prefixes[kind], financialYearOf(issuedOn)];
    const series = { gstin: seller.gstin, kind, year: seriesName(kind, { prefix, year }) };
    const first = await takeNumbers(tx, series, due.length);
    const events = due.map((one, index) => {
      const sequence = first + index;
      const number = documentNumber({ prefix, year, sequence });
      const document = documentOf(one, { kind, number, issuedOn, seller });
      const refundId = kind === 'invoice' ? null : one.id;
      const { orderId } = one;
      const documentId = issueDocument(tx, { orderId, refundId, year: series.year, sequence, document });
      const { type, totals } = document;
      return { orderId, ...(refundId && { refundId }), documentId, type, number, total: totals.total };
    });
    await storeEvents(tx, EVENTS[kind], events);
    tx.afterCommit(() => observe('documents.issued', { kind, count: due.length }));
    return due.length;
  });

const EVENTS = { invoice: 'invoice.issued', 'credit-note': 'credit_note.issued' } as const;

type Numbered = Pick<TaxDocument, 'kind' | 'number' | 'issuedOn'> & { seller: IssuingSeller };

/** What stands on a document: of the seller without what it is only made with. */
function documentOf(due: DueDocument, { seller, ...numbered }: Numbered): TaxDocument {
  const { prefixes: _, logo: __, terms, ...printed } = seller;
  const { currency, invoice } = due;
  const against = numbered.kind === 'invoice' ? null : invoice;
  const facts = { ...numbered, against, orderNumber: orderNumber(due.orderNumber), currency, seller: printed, terms };
  return taxDocument(facts, due);
}

async function pdfOf({ vault, seller }: WorkerDeps, issued: Issued): Promise<Buffer> {
  // What draws takes a quarter of a second to load: a worker that draws nothing starts without it.
  const { renderPdf } = await import('./render.ts');
  return renderPdf(issued.content, buyerOf(vault, issued), seller.logo);
}

/** One that cannot be issued must not hold up the others: it stays due, and the log says why. */
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
  // Whatever is left comes round with the sweeper, not at once.
  return 0;
}
