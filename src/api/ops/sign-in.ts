import { refused } from '../../domain/errors.ts';
import { beginSession, revokeSessions } from '../../entities/access/session.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { issueDeviceToken } from '../auth/credentials/device.ts';
import { ownSession } from '../auth/principal.ts';
import { admit, credentialsSchema } from '../auth/sessions/sign-in.ts';
import { edit } from '../writes/edit.ts';
import { dropSession, keepDevice, keepSession, shownDevice } from './cookies.ts';
import { html } from './html.ts';
import { alertOf, type Page, proofField } from './ops-page.ts';
import { type OpsDeps, toSignIn } from './ops-request.ts';

/** What may be said above the form, by the name that stands in the address. */
const NOTES: ReadonlyMap<string, string> = new Map([
  ['password', 'Your password is set. Sign in with it.'],
  ['out', 'You are signed out.'],
]);

export const signInPage = (deps: OpsDeps): Page => ({
  path: toSignIn,
  who: 'anybody',
  show(opsRequest, alert) {
    if (opsRequest.person) return { to: '/ops' };
    const note = alert === undefined ? NOTES.get(opsRequest.query.done ?? '') : undefined;
    return {
      title: 'Sign in',
      main: html`${alertOf(alert)}${note && html`<p role="status" class="note">${note}</p>`}
<form method="post" action="${toSignIn}">
  ${proofField(deps, 'anybody', opsRequest)}
  <label for="email">E-mail address</label>
  <input id="email" name="email" type="email" autocomplete="username" maxlength="254" required value="${opsRequest.body.email ?? ''}">
  <label for="password">Password</label>
  <input id="password" name="password" type="password" autocomplete="current-password" maxlength="1000" required>
  <button>Sign in</button>
</form>
<p class="hint">For staff. Whoever was invited chooses a password with the link in the mail.</p>`,
    };
  },
  async submit(opsRequest) {
    const { email, password } = opsRequest.body;
    const given = credentialsSchema.safeParse({ email, password });
    if (!given.success) throw refused('SIGN_IN_REFUSED');
    let sessionId = '';
    let deviceToken = '';
    await admit(deps, opsRequest, {
      kind: 'staff',
      ...given.data,
      deviceToken: shownDevice(opsRequest.raw.request),
      async work(tx, account) {
        const client = opsRequest.headers['user-agent'] ?? 'unknown';
        sessionId = beginSession(tx, deps.vault, { account: { id: account.id, kind: 'staff' }, client }).sessionId;
        deviceToken = issueDeviceToken(deps.secret, account);
        return { status: 303, headers: {}, body: {} };
      },
    });
    keepSession(deps.secret, opsRequest.raw.response, sessionId);
    keepDevice(opsRequest.raw.response, deviceToken);
    return { to: '/ops' };
  },
});

export const signOutPage = (deps: OpsDeps): Page => ({
  path: '/ops/sign-out',
  who: 'begun',
  show: () => ({ to: '/ops' }),
  async submit(call) {
    const { accountId, sessionId: only } = ownSession(call.principal);
    const work = async (tx: Tx) => {
      await revokeSessions(tx, { accountId, because: 'logout', only });
      return { status: 204, headers: {}, body: {} };
    };
    await edit(deps, call, { name: 'session.revoke', scope: accountId, isSecret: true, work });
    dropSession(call.raw.response);
    return { to: `${toSignIn}?done=out` };
  },
});
