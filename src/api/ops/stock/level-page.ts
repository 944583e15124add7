import type { z } from 'zod';
import type { Level, movementSchema } from '../../admin/catalogue/levels.ts';
import type { reservationSchema } from '../../admin/catalogue/reservations.ts';
import { callApi } from '../api-call.ts';
import { html } from '../html.ts';
import { csrfField, type OpsPage } from '../ops-page.ts';
import type { OpsDeps, OpsRequest } from '../ops-request.ts';
import { outcomeBox, runAction } from '../views/action-form.ts';
import { factList } from '../views/fact-list.ts';
import { code, orDash, time } from '../views/formats.ts';
import { nextLink, pageOf } from '../views/paging.ts';
import { permittedLink } from '../views/permitted-link.ts';
import { table } from '../views/table.ts';
import { traceColumn } from '../views/trace-column.ts';
import { LEVEL_ACTIONS, levelForms } from './level-forms.ts';

type Movement = z.infer<typeof movementSchema>;
type Reservation = z.infer<typeof reservationSchema>;

const NOTES: ReadonlyMap<string, string> = new Map([['yes', 'Done.']]);

/** The stock of one variant: its reservations, its movements, and the forms that change it. */
export const levelPage = (deps: OpsDeps): OpsPage => ({
  path: '/ops/stock/:id',
  access: 'staff',
  permission: 'products:update',
  async render(opsRequest, alert) {
    const { level, reservations, movements } = await readStock(deps, opsRequest);
    const { data, nextCursor } = movements;
    return {
      title: level.sku,
      isWide: true,
      main: html`${outcomeBox(opsRequest, { alert, notes: NOTES })}
${factList([
  ['Product', level.title],
  ['On hand', String(level.onHand)],
  ['Reserved', String(level.reserved)],
  ['Backorder limit', String(level.backorderLimit)],
  ['Available', String(level.available)],
])}
${levelForms(csrfField(deps, 'staff', opsRequest), `/ops/stock/${level.id}`)}
<h2>Reservations</h2>${reservations.length > 0 ? table('Reservations', reservationColumns(opsRequest), reservations) : html`<p>None.</p>`}
<h2>Movements</h2>${data.length > 0 ? table('Movements', [...MOVEMENTS, ...traceColumn(data)], data) : html`<p>None.</p>`}
${nextLink(nextCursor, 'Earlier movements')}`,
    };
  },
  async submit(opsRequest) {
    await runAction(deps, opsRequest, LEVEL_ACTIONS);
    return { to: `/ops/stock/${encodeURIComponent(opsRequest.params.id ?? '')}?done=yes` };
  },
});

async function readStock(deps: OpsDeps, opsRequest: OpsRequest) {
  const { params } = opsRequest;
  const read = async (path: string, page = {}) =>
    (await callApi(deps, opsRequest, { method: 'get', path: `/variants/{id}/inventory${path}`, params, query: page }))
      .body;
  const [level, reservations, movements] = await Promise.all([
    read(''),
    read('/reservations'),
    read('/movements', pageOf(opsRequest)),
  ]);
  return {
    level: level as Level,
    reservations: (reservations as { data: Reservation[] }).data,
    movements: movements as { data: Movement[]; nextCursor: string | null },
  };
}

const signed = (number: number): string => (number > 0 ? `+${number}` : String(number));

const reservationColumns = (opsRequest: OpsRequest) => [
  {
    title: 'Checkout',
    cell: ({ checkoutId }: Reservation) => {
      const target = { path: `/ops/payments?checkoutId=${checkoutId}`, permission: 'orders:read' as const };
      return permittedLink(opsRequest, target, checkoutId);
    },
  },
  { title: 'State', cell: ({ checkoutState }: Reservation) => code(checkoutState) },
  { title: 'Expires', cell: ({ expiresAt }: Reservation) => time(expiresAt) },
  { title: 'Units', isNumber: true as const, cell: ({ quantity }: Reservation) => String(quantity) },
];

const MOVEMENTS = [
  { title: 'At', cell: ({ at }: Movement) => time(at) },
  { title: 'Kind', cell: ({ kind }: Movement) => code(kind) },
  { title: 'On hand', isNumber: true as const, cell: ({ onHandDelta }: Movement) => signed(onHandDelta) },
  { title: 'Reserved', isNumber: true as const, cell: ({ reservedDelta }: Movement) => signed(reservedDelta) },
  { title: 'Cause', cell: ({ cause }: Movement) => cause },
  { title: 'Note', cell: ({ note }: Movement) => orDash(note) },
];
