import { refused } from '../../../domain/errors.ts';
import { beginSession, revokeSessions } from '../../../entities/access/session.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { issueDeviceToken } from '../../auth/credentials/device.ts';
import { requireSession } from '../../auth/principal.ts';
import { refuseSession } from '../../auth/session-validity.ts';
import { authenticateWithPassword, credentialsSchema } from '../../auth/sessions/sign-in.ts';
import { edit } from '../../writes/edit.ts';
import { droppedCookiesAdvice } from '../cookie-advice.ts';
import { clearSessionCookie, deviceTokenFromCookie, setDeviceCookie, setSessionCookie } from '../cookies.ts';
import { html } from '../html.ts';
import { alertBox, csrfField, type OpsPage } from '../ops-page.ts';
import { type OpsDeps, SIGN_IN_PATH } from '../ops-request.ts';

/** The notes above the form, by the value of the query parameter `done`. */
const NOTES: ReadonlyMap<string, string> = new Map([
  ['password', 'Your password is set. Sign in with it.'],
  ['out', 'You are signed out.'],
]);

export const signInPage = (deps: OpsDeps): OpsPage => ({
  path: SIGN_IN_PATH,
  access: 'public',
  render(opsRequest, alert) {
    if (opsRequest.person) return { to: '/ops' };
    const note = alert === undefined ? NOTES.get(opsRequest.query.done ?? '') : undefined;
    return {
      title: 'Sign in',
      main: html`${alertBox(alert ?? droppedCookiesAdvice(opsRequest.raw.request))}${note && html`<p role="status" class="note">${note}</p>`}
<form method="post" action="${SIGN_IN_PATH}">
  ${csrfField(deps, 'public', opsRequest)}
  <label for="email">E-mail address</label>
  <input id="email" name="email" type="email" autocomplete="username" maxlength="254" required value="${opsRequest.body.email ?? ''}">
  <label for="password">Password</label>
  <input id="password" name="password" type="password" autocomplete="current-password" maxlength="1000" required>
  <button>Sign in</button>
</form>
<p class="hint">For staff only. If you were invited, choose a password with the link in the mail.</p>`,
    };
  },
  async submit(opsRequest) {
    const { email, password } = opsRequest.body;
    const given = credentialsSchema.safeParse({ email, password });
    if (!given.success) throw refused('SIGN_IN_REFUSED');
    let sessionId = '';
    let deviceToken = '';
    await authenticateWithPassword(deps, opsRequest, {
      kind: 'staff',
      ...given.data,
      deviceToken: deviceTokenFromCookie(opsRequest.raw.request),
      async work(tx, account) {
        const client = opsRequest.headers['user-agent'] ?? 'unknown';
        sessionId = beginSession(tx, deps.vault, { account: { id: account.id, kind: 'staff' }, client }).sessionId;
        deviceToken = issueDeviceToken(deps.secret, account);
        return { status: 303, headers: {}, body: {} };
      },
    });
    setSessionCookie(deps.secret, opsRequest.raw.response, sessionId);
    setDeviceCookie(opsRequest.raw.response, deviceToken);
    return { to: '/ops' };
  },
});

export const signOutPage = (deps: OpsDeps): OpsPage => ({
  path: '/ops/sign-out',
  access: 'session',
  render: () => ({ to: '/ops' }),
  async submit(call) {
    const { accountId, sessionId: only } = requireSession(call.principal);
    const work = async (tx: Tx) => {
      await revokeSessions(tx, { accountId, because: 'logout', only });
      return { status: 204, headers: {}, body: {} };
    };
    await edit(deps, call, { name: 'session.revoke', scope: accountId, isSecret: true, work });
    refuseSession(only);
    clearSessionCookie(call.raw.response);
    return { to: `${SIGN_IN_PATH}?done=out` };
  },
});
