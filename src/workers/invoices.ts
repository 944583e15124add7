import { createHash } from 'node:crypto';
import { taxDocument } from '../domain/invoices/document.ts';
import { type DocumentKind, documentNumber, financialYearOf, indianDate } from '../domain/invoices/numbering.ts';
import { orderNumber } from '../domain/orders/number.ts';
import { takeDue } from '../entities/invoices/due.ts';
import { buyerOf, holdBuyer, loadUnrendered, storeFile } from '../entities/invoices/file.ts';
import { issueDocument, takeNumbers } from '../entities/invoices/issue.ts';
import { acknowledge } from '../entities/outbox.ts';
import { errorFields, observe } from '../infra/log.ts';
import { unitOfWork } from '../infra/unit-of-work.ts';
import { done, type Handler, handler, noop, snooze } from '../infra/worker.ts';
import { issueDocuments, renderDocument } from '../jobs/invoices.ts';
import type { WorkerDeps } from './deps.ts';

/** Documents per transaction; a full round is followed by another at once. */
const BATCH = 200;
const DRAW_AGAIN_MS = 100;

/** Issues tax documents, and draws those that somebody wants to see. */
export const invoiceHandlers = (deps: WorkerDeps): Handler[] => [
  handler(issueDocuments, async () => {
    for (const kind of ['invoice', 'credit-note'] as const) {
      const count = await issue(deps, kind).catch((error: unknown) => issueOneByOne(deps, kind, error));
      if (count === BATCH) deps.queues.nudge(issueDocuments);
    }
    return done;
  }),

  handler(renderDocument, async ({ documentId: id }, { commandId }) => {
    const found = await loadUnrendered(deps.db.query, id);
    // What draws takes a quarter of a second to load: a worker that draws nothing starts without it.
    const pdf =
      found && (await (await import('./invoices/render.ts')).renderPdf(found.content, buyerOf(deps.vault, found)));
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
    const year = financialYearOf(issuedOn);
    const first = await takeNumbers(tx, { gstin: seller.gstin, kind, year }, due.length);
    for (const [index, { id, orderId, currency, invoice, lines, placeOfSupply, ...of }] of due.entries()) {
      const sequence = first + index;
      const number = documentNumber({ kind, year, sequence });
      const against = kind === 'invoice' ? null : invoice;
      const facts = { kind, number, issuedOn, against, orderNumber: orderNumber(of.orderNumber), currency, seller };
      const document = taxDocument(facts, { placeOfSupply, lines });
      issueDocument(tx, { orderId, refundId: kind === 'invoice' ? null : id, year, sequence, document });
    }
    tx.afterCommit(() => observe('documents.issued', { kind, count: due.length }));
    return due.length;
  });

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
