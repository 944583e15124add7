import { z } from 'zod';
import { refused } from '../../domain/errors.ts';
import { buyerOf, type DocumentKey, findDocument, type Issued, readFile } from '../../entities/invoice/file.ts';
import { enqueue } from '../../entities/outbox/outbox.ts';
import type { Query } from '../../infra/database/query.ts';
import { renderDocument } from '../../jobs/invoices.ts';
import type { ApiDeps } from '../deps.ts';
import type { Answer, Call } from '../http/route.ts';
import { watchForReady } from '../http/wait.ts';
import { edit } from '../writes/edit.ts';
import { taxDocumentSchema } from './tax-document-view.ts';

/** The maximum time that a client waits for a PDF; then it gets a 202 response and must retry. */
const RENDER_WAIT_SECONDS = 10;

/** The responses of the invoice and credit note routes. */
export const documentAnswers = {
  200: { description: 'The document', schema: taxDocumentSchema, alternativeType: 'application/pdf' as const },
  202: {
    description: 'The PDF is being rendered; retry after `Retry-After` seconds',
    schema: z.object({ id: z.uuid(), number: z.string() }),
  },
};

type AnyCall = Call<unknown, unknown, unknown>;

/**
 * Responds with a document as JSON, or as PDF when the client prefers PDF. A job renders the PDF at the first request
 * and stores it. @throws ORDER_NOT_FOUND, DOCUMENT_NOT_ISSUED, DOCUMENT_NOT_FOUND, NOT_ACCEPTABLE
 */
export async function answerDocument(deps: ApiDeps, call: AnyCall, key: DocumentKey): Promise<Answer> {
  const { db, vault } = deps;
  const type = call.raw.request.accepts(['application/json', 'application/pdf']);
  if (!type) throw refused('NOT_ACCEPTABLE', { offered: ['application/json', 'application/pdf'] });
  const document = await findDocument(db.query, key);
  if (!document) throw await notFoundError(db.query, key);
  if (type === 'application/json') {
    const body = { id: document.id, ...document.content, buyer: buyerOf(vault, document) };
    return { status: 200, body, headers: { Vary: 'Accept' } };
  }
  const file = (await readFile(db.query, vault, document.id)) ?? (await renderPdf(deps, call, document));
  if (!file) {
    const { id, content } = document;
    return { status: 202, body: { id, number: content.number }, headers: { 'Retry-After': '2' } };
  }
  const name = `${document.content.number.replaceAll('/', '-')}.pdf`;
  const headers = {
    'Content-Type': 'application/pdf',
    'Content-Disposition': `inline; filename="${name}"`,
    Vary: 'Accept',
  };
  return { status: 200, body: file.pdf, headers };
}

/** Enqueues the rendering of a PDF and waits for it; undefined when the PDF is not ready in time. */
async function renderPdf(deps: ApiDeps, call: AnyCall, { id }: Issued): ReturnType<typeof readFile> {
  const watched = watchForReady(deps, id);
  try {
    const work = async (tx: Parameters<typeof enqueue>[0]) => {
      enqueue(tx, deps.queues, { contract: renderDocument, payload: { documentId: id } });
      return { status: 202, headers: {}, body: {} };
    };
    await edit(deps, call, { name: 'document.draw', scope: id, work });
    await watched.wait(RENDER_WAIT_SECONDS, call.signal);
    return await readFile(deps.db.query, deps.vault, id);
  } finally {
    watched.stop();
  }
}

/** The error for a document that does not exist or is not issued yet. */
async function notFoundError(query: Query, { orderId, id, customerId }: DocumentKey) {
  const orders = await query(`select 1 from orders where id = $1 and ($2::uuid is null or customer_id = $2)`, [
    orderId,
    customerId,
  ]);
  if (orders.length === 0) return refused('ORDER_NOT_FOUND', { orderId });
  return id === null ? refused('DOCUMENT_NOT_ISSUED', { orderId }) : refused('DOCUMENT_NOT_FOUND', { id });
}

/** Lists the credit notes of an order, oldest first. @throws ORDER_NOT_FOUND */
export async function creditNotesOf({ db }: ApiDeps, key: Omit<DocumentKey, 'id'>): Promise<Answer> {
  const data = await db.query(
    `select d.id, d.number, to_char(d.issued_on, 'YYYY-MM-DD') as "issuedOn", d.total, d.refund_id as "refundId"
      from documents d join orders o on o.id = d.order_id
      where d.order_id = $1 and d.kind = 'credit-note' and ($2::uuid is null or o.customer_id = $2) order by d.id`,
    [key.orderId, key.customerId],
  );
  if (data.length === 0) {
    const error = await notFoundError(db.query, { ...key, id: null });
    if (error.code === 'ORDER_NOT_FOUND') throw error;
  }
  return { status: 200, body: { data, nextCursor: null } };
}
