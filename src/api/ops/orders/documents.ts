import { callApi } from '../api-call.ts';
import { type Html, html } from '../html.ts';
import type { OpsPage } from '../ops-page.ts';
import type { OpsDeps } from '../ops-request.ts';

interface OrderDocument {
  id: string;
  kind: string;
  number: string;
}

/** The invoice and credit notes of an order. */
export const readDocuments = ({ db }: OpsDeps, orderId: string): Promise<OrderDocument[]> =>
  db.query<OrderDocument>(`select id, kind, number from documents where order_id = $1 order by id`, [orderId]);

export const documentList = (orderId: string, documents: readonly OrderDocument[]): Html | undefined =>
  documents.length === 0
    ? undefined
    : html`<h2>Documents</h2><ul>${documents.map(({ id, kind, number }) => {
        const path = kind === 'credit-note' ? `credit-notes/${id}` : 'invoice';
        return html`<li><a href="/ops/orders/${orderId}/${path}">${number}</a> (${kind}, PDF)</li>`;
      })}</ul>`;

/** The PDF of an invoice. */
export const invoicePage = (deps: OpsDeps): OpsPage => documentPage(deps, 'invoice');
/** The PDF of a credit note. */
export const creditNotePage = (deps: OpsDeps): OpsPage => documentPage(deps, 'credit-notes/{noteId}');

const documentPage = (deps: OpsDeps, document: string): OpsPage => ({
  path: `/ops/orders/:id/${document.replace('{noteId}', ':noteId')}`,
  access: 'staff',
  permission: 'orders:read',
  async render(opsRequest) {
    const { params, raw } = opsRequest;
    // A browser that follows a link accepts everything; the route then answers JSON.
    raw.request.headers.accept = 'application/pdf';
    const answer = await callApi(deps, opsRequest, { method: 'get', path: `/orders/{id}/${document}`, params });
    if (answer.status === 200) return { answer };
    return { title: 'In progress', main: html`<p>The PDF is being made. Reload this page in a few seconds.</p>` };
  },
});
