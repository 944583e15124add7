import { z } from 'zod';
import { refused } from '../../domain/errors.ts';
import { buyerOf, type DocumentKey, findDocument, type Issued, readFile } from '../../entities/invoice/file.ts';
import { enqueue } from '../../entities/outbox/outbox.ts';
import type { Query } from '../../infra/database/query.ts';
import { renderDocument } from '../../jobs/invoices.ts';
import type { ApiDeps } from '../deps.ts';
import type { Answer, Call } from '../http/route.ts';
import { watch } from '../http/wait.ts';
import { edit } from '../writes/edit.ts';
import { taxDocumentSchema } from './tax-document-view.ts';

/** How long a client waits for a PDF to be drawn, in seconds; then it is told to come again. */
const PATIENCE_SECONDS = 10;

/** How the routes of an invoice or a credit note answer. */
export const documentAnswers = {
  200: { description: 'The document', schema: taxDocumentSchema, orAs: 'application/pdf' as const },
  202: { description: 'The PDF is being drawn; come again', schema: z.object({ id: z.uuid(), number: z.string() }) },
};

type AnyCall = Call<unknown, unknown, unknown>;

/**
 * Answers a document as JSON, or as PDF when the client prefers that. A PDF is drawn by a job when somebody first wants
 * it, and kept. @throws ORDER_NOT_FOUND, DOCUMENT_NOT_ISSUED, DOCUMENT_NOT_FOUND, NOT_ACCEPTABLE
 */
export async function answerDocument(deps: ApiDeps, call: AnyCall, key: DocumentKey): Promise<Answer> {
  const { db, vault } = deps;
  const type = call.raw.request.accepts(['application/json', 'application/pdf']);
  if (!type) throw refused('NOT_ACCEPTABLE', { offered: ['application/json', 'application/pdf'] });
  const document = await findDocument(db.query, key);
  if (!document) throw await absence(db.query, key);
  if (type === 'application/json') {
    const body = { id: document.id, ...document.content, buyer: buyerOf(vault, document) };
    return { status: 200, body, headers: { Vary: 'Accept' } };
  }
  const file = (await readFile(db.query, vault, document.id)) ?? (await drawn(deps, call, document));
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

/** Has a PDF drawn and waits for it. */
async function drawn(deps: ApiDeps, call: AnyCall, { id }: Issued): ReturnType<typeof readFile> {
  const watched = watch(deps, id);
  try {
    const work = async (tx: Parameters<typeof enqueue>[0]) => {
      enqueue(tx, deps.queues, { contract: renderDocument, payload: { documentId: id } });
      return { status: 202, headers: {}, body: {} };
    };
    await edit(deps, call, { name: 'document.draw', scope: id, work });
    await watched.until(PATIENCE_SECONDS, call.signal);
    return await readFile(deps.db.query, deps.vault, id);
  } finally {
    watched.stop();
  }
}

/** Why there is no such document (yet). */
async function absence(query: Query, { orderId, id, customerId }: DocumentKey) {
  const orders = await query(`select 1 from orders where id = $1 and ($2::uuid is null or customer_id = $2)`, [
    orderId,
    customerId,
  ]);
  if (orders.length === 0) return refused('ORDER_NOT_FOUND', { orderId });
  return id === null ? refused('DOCUMENT_NOT_ISSUED', { orderId }) : refused('DOCUMENT_NOT_FOUND', { id });
}

/** The credit notes of an order, oldest first. @throws ORDER_NOT_FOUND */
export async function creditNotesOf({ db }: ApiDeps, key: Omit<DocumentKey, 'id'>): Promise<Answer> {
  const data = await db.query(
    `select d.id, d.number, to_char(d.issued_on, 'YYYY-MM-DD') as "issuedOn", d.total, d.refund_id as "refundId"
      from documents d join orders o on o.id = d.order_id
      where d.order_id = $1 and d.kind = 'credit-note' and ($2::uuid is null or o.customer_id = $2) order by d.id`,
    [key.orderId, key.customerId],
  );
  if (data.length === 0) {
    const why = await absence(db.query, { ...key, id: null });
    if (why.code === 'ORDER_NOT_FOUND') throw why;
  }
  return { status: 200, body: { data, nextCursor: null } };
}
