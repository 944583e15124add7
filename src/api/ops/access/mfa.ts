import { renderSVG } from 'uqr';
import { totpUri } from '../../../entities/account/mfa.ts';
import { beginMfa, confirmMfa, verifyMfa } from '../../auth/credentials/second-factor.ts';
import { type Html, html } from '../html.ts';
import { alertBox, csrfField, type OpsPage, type View } from '../ops-page.ts';
import { MFA_PATH, type OpsDeps, type OpsRequest } from '../ops-request.ts';
import { ownAccount } from './own-account.ts';

const SET_UP = '/ops/mfa/setup';

/** Asks for the code of the second factor, after the password. */
export const mfaPage = (deps: OpsDeps): OpsPage => ({
  path: MFA_PATH,
  access: 'session',
  async render(opsRequest, alert) {
    if (!opsRequest.person?.awaitsMfa) return { to: '/ops' };
    const { hasMfa } = await ownAccount(deps, opsRequest.principal);
    if (!hasMfa) return { to: SET_UP };
    return {
      title: 'Second factor',
      main: html`${alertBox(alert)}
<form method="post" action="${MFA_PATH}">
  ${csrfField(deps, 'session', opsRequest)}
  <label for="code">Code</label>
  <input id="code" name="code" class="code" autocomplete="one-time-code" autocapitalize="off" spellcheck="false" maxlength="40" required aria-describedby="code-hint">
  <p class="hint" id="code-hint">The six digits of your authenticator app, or one of your recovery codes.</p>
  <button>Continue</button>
</form>`,
    };
  },
  async submit(opsRequest) {
    await verifyMfa(deps, opsRequest, opsRequest.body.code ?? '');
    return { to: '/ops' };
  },
});

/** Sets up a second factor in two steps: show the secret, then confirm it with a code. */
export const mfaSetUpPage = (deps: OpsDeps): OpsPage => ({
  path: SET_UP,
  access: 'session',
  async render(opsRequest, alert) {
    const { hasMfa, unconfirmedSecret: secret, email } = await ownAccount(deps, opsRequest.principal);
    if (hasMfa) return { to: MFA_PATH };
    const csrfInput = csrfField(deps, 'session', opsRequest);
    return {
      title: 'Set up a second factor',
      main: html`${alertBox(alert)}${secret === null ? introduction(opsRequest, csrfInput) : secretForm({ secret, email, csrfInput })}`,
    };
  },
  async submit(opsRequest) {
    if (opsRequest.body.step === 'begin') {
      await beginMfa(deps, opsRequest);
      return { to: SET_UP };
    }
    const code = (opsRequest.body.code ?? '').replace(/\s/g, '');
    const { body } = await confirmMfa(deps, opsRequest, code);
    return codesView((body as { recoveryCodes: string[] }).recoveryCodes);
  },
});

const introduction = ({ person }: OpsRequest, csrfInput: Html): Html => html`
<p>${person?.awaitsMfa && 'Your role requires a second factor. '}Each sign-in then asks for your password and for six
digits from an authenticator app on your telephone. Install the app, then begin.</p>
<form method="post" action="${SET_UP}">${csrfInput}<input type="hidden" name="step" value="begin"><button>Begin</button></form>`;

const secretForm = ({ secret, email, csrfInput }: { secret: string; email: string; csrfInput: Html }): Html => html`
<ol class="steps">
  <li>Scan this QR code with the authenticator app.
    <div class="qr">${qrCode(totpUri(secret, email))}</div>
    <p class="hint">Or type this key into the app: <code class="secret">${secret.replace(/.{4}(?=.)/g, '$& ')}</code></p></li>
  <li>Type the six digits that the app shows.
    <form method="post" action="${SET_UP}">
      ${csrfInput}
      <label for="code">Code</label>
      <input id="code" name="code" class="code" inputmode="numeric" autocomplete="one-time-code" pattern="\\s*(\\d\\s*){6}" title="six digits" maxlength="20" required>
      <button>Confirm</button>
    </form></li>
</ol>`;

const qrCode = (text: string): Html => ({
  markup: renderSVG(text, { border: 4 }).replace('<svg ', '<svg role="img" aria-label="QR code of the key" '),
});

const codesView = (codes: string[]): View => ({
  title: 'Recovery codes',
  main: html`
<p role="status" class="note">The second factor is set up.</p>
<p>If you lose the app, you can sign in with one of these codes instead of the six digits. Each code works once. Store
the codes where you store your passwords: <strong>they are not shown again.</strong></p>
<ul class="codes">${codes.map((code) => html`<li><code>${code}</code></li>`)}</ul>
<p><a class="button" href="/ops">I have stored the codes</a></p>`,
});
