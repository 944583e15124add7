import { ownAccount } from '../access/own-account.ts';
import { type Html, html } from '../html.ts';
import { areaList } from '../navigation.ts';
import type { OpsPage } from '../ops-page.ts';
import type { OpsDeps, OpsRequest } from '../ops-request.ts';
import { type Fragments, fragmentsOf } from './fragments.ts';
import { FIGURES } from './readings/day-comparison.ts';
import type { ReadOverview } from './readings/readings.ts';

export const EVENTS_PATH = '/ops/overview/events';

/** Shows the state of the shop: faults, decisions that wait, the figures of today, and the queues. */
export const overviewPage = (deps: OpsDeps, read: ReadOverview): OpsPage => ({
  path: '/ops',
  access: 'staff',
  async render(opsRequest) {
    const { person, principal } = opsRequest;
    const [{ email, name, role, hasMfa }, fragments] = await Promise.all([
      ownAccount(deps, principal),
      fragmentsFor(deps, read, opsRequest),
    ]);
    return {
      title: 'Operations',
      isWide: true,
      assets: { styles: ['/ops/uplot.css', '/ops/overview.css'], scripts: ['/ops/uplot.js', '/ops/overview.js'] },
      main: html`${overview(fragments)}
<h2>Areas</h2>
${person && areaList(person)}
<h2>Your account</h2>
<dl>
  <div><dt>Name</dt><dd>${name}</dd></div>
  <div><dt>E-mail address</dt><dd>${email}</dd></div>
  <div><dt>Role</dt><dd>${role}</dd></div>
  <div><dt>Second factor</dt><dd>${hasMfa ? 'set up' : html`none: <a href="/ops/mfa/setup">set one up</a>`}</dd></div>
</dl>`,
    };
  },
});

/** Reads and renders the changing parts of the page for a person. */
export const fragmentsFor = async (
  { currency }: OpsDeps,
  read: ReadOverview,
  opsRequest: OpsRequest,
): Promise<Fragments> =>
  fragmentsOf(await read(opsRequest), { currency, maySeeOrders: opsRequest.principal.permissions.has('orders:read') });

function overview(fragments: Fragments): Html {
  const live = (id: string) => html`<div id="${id}">${fragments[id]}</div>`;
  const charts = FIGURES.map(({ name, title, unit }) =>
    chart(fragments, { id: `overview-chart-${name}`, title: `${title} per hour`, unit }),
  );
  const throughput = { id: 'overview-chart-throughput', title: 'Completed jobs per five minutes', unit: 'number' };
  return html`<div id="overview" data-events="${EVENTS_PATH}">
<div id="overview-verdict" role="status">${fragments['overview-verdict']}</div>
<p class="hint"><span id="overview-time">${fragments['overview-time']}</span> <a href="/ops">Refresh</a> <span id="overview-live" role="status"></span></p>
<h2>What needs a person</h2>
${live('overview-signals')}
<h2>Today</h2>
${live('overview-today')}
<div class="charts">${charts}</div>
<h2>Queues</h2>
${live('overview-queues')}
<p class="hint">Payments and mails that a worker handles at once do not pass through their queue, and are not counted here.</p>
<div class="charts">${chart(fragments, throughput)}</div>
</div>`;
}

/** A chart that the script draws from its table; nothing without data. */
const chart = (fragments: Fragments, { id, title, unit }: { id: string; title: string; unit: string }): Html =>
  fragments[id]
    ? html`<figure class="chart" data-unit="${unit}">
<figcaption>${title}</figcaption>
<div class="plot" aria-hidden="true"></div>
<details><summary>${title} as a table</summary><div id="${id}">${fragments[id]}</div></details>
</figure>`
    : html``;
