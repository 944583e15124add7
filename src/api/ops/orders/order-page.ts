import { RequestFault } from '../../http/errors/failure.ts';
import type { AdminOrder } from '../../orders/order-view.ts';
import { callApi } from '../api-call.ts';
import { html } from '../html.ts';
import { csrfField, type OpsPage } from '../ops-page.ts';
import type { OpsDeps, OpsRequest } from '../ops-request.ts';
import { outcomeBox } from '../views/action-form.ts';
import { documentList, readDocuments } from './documents.ts';
import { commandRequest } from './order-commands.ts';
import { historyTable, lineTable, orderHead, partTables } from './order-facts.ts';
import { orderForms } from './order-forms.ts';

const PATH = '/ops/orders/:id';

/** What happened to the command. */
const NOTES: ReadonlyMap<string, string> = new Map([
  ['yes', 'Done.'],
  ['accepted', 'The command was accepted, and waits for a worker. Reload this page in a moment.'],
]);

/** One order with its history, payments and documents, and the commands that it allows now. */
export const orderPage = (deps: OpsDeps): OpsPage => ({
  path: PATH,
  access: 'staff',
  permission: 'orders:read',
  async render(opsRequest, alert) {
    const { params, person } = opsRequest;
    const { body } = await callApi(deps, opsRequest, { method: 'get', path: '/orders/{id}', params });
    const order = body as AdminOrder;
    const documents = await readDocuments(deps, order.id);
    const csrfInput = csrfField(deps, 'staff', opsRequest);
    const forms = orderForms(order, { csrfInput, permissions: person?.permissions ?? new Set() });
    return {
      title: `Order ${order.number}`,
      isWide: true,
      main: html`${outcomeBox(opsRequest, { alert, notes: NOTES })}
${orderHead(order)}
<p><a href="/ops/payments?checkoutId=${order.checkoutId}">Payment</a> · <a href="/ops/checkouts/${order.checkoutId}">Checkout</a> ·
<a href="/ops/orders/${order.id}/replay">Replay</a></p>
${
  forms.length > 0 &&
  html`<h2>Commands</h2><p class="hint" id="reason-hint">A reason stays in the history. It must not contain personal data.</p><div class="commands">${forms}</div>`
}
<h2>Lines</h2>${lineTable(order)}
${partTables(order)}
${documentList(order.id, documents)}
<h2>History</h2>${historyTable(order)}`,
    };
  },
  submit: (opsRequest) => runCommand(deps, opsRequest),
});

async function runCommand(deps: OpsDeps, opsRequest: OpsRequest) {
  const { params, body } = opsRequest;
  const request = commandRequest(params.id ?? '', body);
  if (!request) throw new RequestFault('VALIDATION_FAILED', { message: 'The form names no command.' });
  const { status } = await callApi(deps, opsRequest, request);
  return { to: `/ops/orders/${encodeURIComponent(params.id ?? '')}?done=${status === 200 ? 'yes' : 'accepted'}` };
}
