import { refused } from '../../../domain/errors.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { newPasswordSchema, setPasswordWithToken } from '../../auth/credentials/passwords.ts';
import { RequestFault } from '../../http/errors/failure.ts';
import { edit } from '../../writes/edit.ts';
import { droppedCookiesAdvice } from '../cookie-advice.ts';
import { html } from '../html.ts';
import { alertBox, csrfField, type OpsPage } from '../ops-page.ts';
import { type OpsDeps, SIGN_IN_PATH } from '../ops-request.ts';

const PATH = '/ops/password';

/** Lets staff choose a password, with the link of an invitation or a password reset. */
export const passwordPage = (deps: OpsDeps): OpsPage => ({
  path: PATH,
  access: 'public',
  render(opsRequest, alert) {
    const token = opsRequest.body.token ?? opsRequest.query.token ?? '';
    return {
      title: 'Choose a password',
      main: html`${alertBox(alert ?? droppedCookiesAdvice(opsRequest.raw.request))}
<form method="post" action="${PATH}">
  ${csrfField(deps, 'public', opsRequest)}
  <input type="hidden" name="token" value="${token}">
  <label for="password">New password</label>
  <input id="password" name="password" type="password" autocomplete="new-password" minlength="8" maxlength="256" required aria-describedby="password-hint">
  <p class="hint" id="password-hint">At least eight characters, for example a few words. Your name and e-mail address are not allowed.</p>
  <label for="again">Repeat the new password</label>
  <input id="again" name="again" type="password" autocomplete="new-password" minlength="8" maxlength="256" required>
  <button>Set password</button>
</form>
<p class="hint">All your sessions will end.</p>`,
    };
  },
  async submit(call) {
    const { token = '', password, again } = call.body;
    const given = newPasswordSchema.safeParse(password);
    if (!given.success) throw invalid('The password must have 8 to 256 characters.');
    if (password !== again) throw invalid('The two passwords differ.');
    if (token.length > 200) throw refused('LINK_INVALID');
    const work = async (tx: Tx) => {
      await setPasswordWithToken(deps, tx, { kind: 'staff', token, newPassword: given.data });
      return { status: 204, headers: {}, body: {} };
    };
    await edit(deps, call, { name: 'account.change', scope: 'staff', isSecret: true, work });
    return { to: `${SIGN_IN_PATH}?done=password` };
  },
});

const invalid = (message: string): RequestFault => new RequestFault('VALIDATION_FAILED', { message });
