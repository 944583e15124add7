import { z } from 'zod';
import type { ApiDeps } from '../deps.ts';
import { type AnyRoute, route } from '../http/route.ts';
import type { OrderAccess } from './access.ts';
import { answerDocument, creditNotesOf, documentAnswers } from './documents.ts';
import { creditNoteHeadSchema } from './tax-document-view.ts';

const params = z.object({ id: z.uuid() });

/** The invoice and credit note routes of orders. */
export function documentRoutes(deps: ApiDeps, { path, access, query, ownerOf }: OrderAccess): AnyRoute[] {
  const common = { method: 'get', access, query, permission: 'orders:read', tag: 'Orders' } as const;
  const description = 'Send `Accept: application/pdf` to get a PDF.';
  return [
    route({
      ...common,
      path: `${path}/{id}/invoice`,
      summary: 'Retrieve the tax invoice or bill of supply of an order',
      description,
      params,
      answers: documentAnswers,
      errors: ['ORDER_NOT_FOUND', 'DOCUMENT_NOT_ISSUED', 'NOT_ACCEPTABLE'],
      async handle(call) {
        return answerDocument(deps, call, { orderId: call.params.id, id: null, customerId: await ownerOf(call) });
      },
    }),
    route({
      ...common,
      path: `${path}/{id}/credit-notes`,
      summary: 'List the credit notes of an order',
      description: 'Each refund has one credit note, by units or by value.',
      params,
      answers: {
        200: {
          description: 'All credit notes of the order',
          schema: z.object({ data: z.array(creditNoteHeadSchema), nextCursor: z.null() }),
        },
      },
      errors: ['ORDER_NOT_FOUND'],
      async handle(call) {
        return creditNotesOf(deps, { orderId: call.params.id, customerId: await ownerOf(call) });
      },
    }),
    route({
      ...common,
      path: `${path}/{id}/credit-notes/{noteId}`,
      summary: 'Retrieve a credit note of an order',
      description,
      params: params.extend({ noteId: z.uuid() }),
      answers: documentAnswers,
      errors: ['ORDER_NOT_FOUND', 'DOCUMENT_NOT_FOUND', 'NOT_ACCEPTABLE'],
      async handle(call) {
        const { id: orderId, noteId: id } = call.params;
        return answerDocument(deps, call, { orderId, id, customerId: await ownerOf(call) });
      },
    }),
  ];
}
