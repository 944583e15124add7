import { html } from './html.ts';
import type { Page } from './ops-page.ts';
import type { OpsDeps } from './ops-request.ts';
import { ownAccount } from './own-account.ts';

/** Who one is, and where to go. */
export const homePage = (deps: OpsDeps): Page => ({
  path: '/ops',
  who: 'staff',
  async show({ person, principal }) {
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
    html`<li><a href="/ops/queues">Queues</a><p>What waits, what runs, what has failed${
      person.permissions.has('queues:operate') ? '; run it again' : ''
    }</p></li>`
  }
  <li><a href="/api/v1/docs">API</a><p>Every operation, to read and to try</p></li>
</ul></nav>`,
    };
  },
});
