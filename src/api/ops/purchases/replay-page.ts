import type { z } from 'zod';
import type { replaySchema } from '../../admin/operations/replay.ts';
import { callApi } from '../api-call.ts';
import { type Html, html } from '../html.ts';
import type { OpsPage } from '../ops-page.ts';
import type { OpsDeps } from '../ops-request.ts';
import { code } from '../views/formats.ts';
import { table } from '../views/table.ts';

type Replay = z.infer<typeof replaySchema>;

/** Replays the stored history of an order or a checkout with the running release, and shows the differences. */
const replayPage =
  (list: 'orders' | 'checkouts', title: string) =>
  (deps: OpsDeps): OpsPage => ({
    path: `/ops/${list}/:id/replay`,
    access: 'staff',
    permission: 'orders:read',
    async render(opsRequest) {
      const { params } = opsRequest;
      const { body } = await callApi(deps, opsRequest, { method: 'get', path: `/${list}/{id}/replay`, params });
      const replay = body as Replay;
      return {
        title: `Replay of ${title}`,
        isWide: true,
        main: html`<p><a href="/ops/${list}/${replay.id}">Back to the ${list.slice(0, -1)}</a></p>
${outcome(replay)}
${replay.steps.length > 0 && html`<h2>Steps</h2>${table('Steps', STEPS, replay.steps)}`}
${differences('State', replay.machine)}${differences('Price', replay.price?.differences ?? [])}`,
      };
    },
  });

export const orderReplayPage = replayPage('orders', 'an order');
export const checkoutReplayPage = replayPage('checkouts', 'a checkout');

function outcome({ isIdentical, steps, price }: Replay): Html {
  if (steps.length === 0) return html`<p>The first step of the history is archived: nothing was replayed.</p>`;
  const what = price === null ? 'the state machine' : 'the state machine and the pricing engine';
  return isIdentical
    ? html`<p role="status" class="note">Identical: with ${what} of this release, every step has the stored outcome.</p>`
    : html`<p role="alert" class="alert">Not identical: with ${what} of this release, the outcome is another one.</p>`;
}

type Step = Replay['steps'][number];

const STEPS = [
  { title: 'Step', isNumber: true as const, cell: ({ seq }: Step) => String(seq) },
  { title: 'Event', cell: ({ event }: Step) => code(event) },
  { title: 'Stored', cell: ({ stored }: Step) => stored },
  { title: 'Replayed', cell: ({ replayed, isSame }: Step) => (isSame ? 'the same' : replayed) },
];

type Difference = Replay['machine'][number];

const DIFFERENCES = [
  { title: 'Value', cell: ({ path }: Difference) => path || 'all of it' },
  { title: 'Stored', cell: ({ stored }: Difference) => String(JSON.stringify(stored)) },
  { title: 'Replayed', cell: ({ replayed }: Difference) => String(JSON.stringify(replayed)) },
];

const differences = (title: string, rows: readonly Difference[]): Html | false =>
  rows.length > 0 && html`<h2>${title}</h2>${table(`${title}: differences`, DIFFERENCES, rows)}`;
