import { ownAccount } from '../access/own-account.ts';
import { html } from '../html.ts';
import { areaList } from '../navigation.ts';
import type { OpsPage } from '../ops-page.ts';
import type { OpsDeps } from '../ops-request.ts';
import { waitingList } from './waiting.ts';

/** Shows what waits for the signed-in member of staff, and links to the areas. */
export const homePage = (deps: OpsDeps): OpsPage => ({
  path: '/ops',
  access: 'staff',
  async render({ person, principal }) {
    const { email, name, role, hasMfa } = await ownAccount(deps, principal);
    const waiting = person && (await waitingList(deps, person));
    return {
      title: 'Operations',
      main: html`
<p>You are signed in as <strong>${name}</strong>.</p>
<dl>
  <div><dt>E-mail address</dt><dd>${email}</dd></div>
  <div><dt>Role</dt><dd>${role}</dd></div>
  <div><dt>Second factor</dt><dd>${hasMfa ? 'set up' : html`none: <a href="/ops/mfa/setup">set one up</a>`}</dd></div>
</dl>
${waiting}
<h2>Areas</h2>
${person && areaList(person)}`,
    };
  },
});
