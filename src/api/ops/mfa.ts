import { renderSVG } from 'uqr';
import { totpUri } from '../../entities/account/mfa.ts';
import { beginMfa, confirmMfa, verifyMfa } from '../auth/credentials/second-factor.ts';
import { type Html, html } from './html.ts';
import { alertOf, type Page, proofField, type View } from './ops-page.ts';
import { type OpsDeps, type OpsRequest, toMfa } from './ops-request.ts';
import { ownAccount } from './own-account.ts';

const SET_UP = '/ops/mfa/setup';

/** Asks for the second factor of whoever has one. */
export const mfaPage = (deps: OpsDeps): Page => ({
  path: toMfa,
  who: 'begun',
  async show(opsRequest, alert) {
    if (!opsRequest.person?.awaitsMfa) return { to: '/ops' };
    const { hasMfa } = await ownAccount(deps, opsRequest.principal);
    if (!hasMfa) return { to: SET_UP };
    return {
      title: 'Second factor',
      main: html`${alertOf(alert)}
<form method="post" action="${toMfa}">
  ${proofField(deps, 'begun', opsRequest)}
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

/** Sets up a second factor, in two steps: the secret, and the proof that the app has it. */
export const mfaSetUpPage = (deps: OpsDeps): Page => ({
  path: SET_UP,
  who: 'begun',
  async show(opsRequest, alert) {
    const { hasMfa, offered, email } = await ownAccount(deps, opsRequest.principal);
    if (hasMfa) return { to: toMfa };
    const proof = proofField(deps, 'begun', opsRequest);
    return {
      title: 'Set up a second factor',
      main: html`${alertOf(alert)}${offered === null ? invitation(opsRequest, proof) : secretForm({ secret: offered, email, proof })}`,
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

const invitation = ({ person }: OpsRequest, proof: Html): Html => html`
<p>${person?.awaitsMfa && 'Your role demands it. '}Besides your password, you will be asked for six digits that an
authenticator app on your telephone shows. Have the app at hand, then begin.</p>
<form method="post" action="${SET_UP}">${proof}<input type="hidden" name="step" value="begin"><button>Begin</button></form>`;

const secretForm = ({ secret, email, proof }: { secret: string; email: string; proof: Html }): Html => html`
<ol class="steps">
  <li>Scan this with the authenticator app.
    <div class="qr">${qrCode(totpUri(secret, email))}</div>
    <p class="hint">Or type this key into it: <code class="secret">${secret.replace(/.{4}(?=.)/g, '$& ')}</code></p></li>
  <li>Type the six digits that it shows.
    <form method="post" action="${SET_UP}">
      ${proof}
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
<p>If you lose the app, each of these codes lets you in once instead of its six digits. Keep them where you keep your
passwords: <strong>they are not shown again.</strong></p>
<ul class="codes">${codes.map((code) => html`<li><code>${code}</code></li>`)}</ul>
<p><a class="button" href="/ops">I have kept them</a></p>`,
});
