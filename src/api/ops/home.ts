import { ownAccount } from './access/own-account.ts';
import { html } from './html.ts';
import type { OpsPage } from './ops-page.ts';
import type { OpsDeps } from './ops-request.ts';

/** Shows the signed-in member of staff, and links to the tools. */
export const homePage = (deps: OpsDeps): OpsPage => ({
  path: '/ops',
  access: 'staff',
  async render({ person, principal }) {
    const { email, name, role, hasMfa } = await ownAccount(deps, principal);
    return {
      title: 'Operations',
      main: html`
<p>You are signed in as <strong>${name}</strong>.</p>
<dl>
  <div><dt>E-mail address</dt><dd>${email}</dd></div>
  <div><dt>Role</dt><dd>${role}</dd></div>
  <div><dt>Second factor</dt><dd>${hasMfa ? 'set up' : html`none: <a href="/ops/mfa/setup">set one up</a>`}</dd></div>
</dl>
<nav aria-label="Tools"><ul class="tools">
  ${
    person?.permissions.has('queues:view') &&
    html`<li><a href="/ops/queues">Queues</a><p>Waiting, running and failed jobs${
      person.permissions.has('queues:operate') ? '; retry failed jobs' : ''
    }</p></li>`
  }
  <li><a href="/api/v1/docs">API</a><p>Reference of all operations, with examples to try</p></li>
</ul></nav>`,
    };
  },
});
