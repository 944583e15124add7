import { refused } from '../../domain/errors.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { choosePassword, chosenPassword } from '../auth/credentials/passwords.ts';
import { RequestFault } from '../http/errors/failure.ts';
import { edit } from '../writes/edit.ts';
import { html } from './html.ts';
import { alertOf, type Page, proofField } from './ops-page.ts';
import { type OpsDeps, toSignIn } from './ops-request.ts';

const PATH = '/ops/password';

/** Where staff choose a password, with the link of an invitation or of a forgotten password. */
export const passwordPage = (deps: OpsDeps): Page => ({
  path: PATH,
  who: 'anybody',
  show(opsRequest, alert) {
    const token = opsRequest.body.token ?? opsRequest.query.token ?? '';
    return {
      title: 'Choose a password',
      main: html`${alertOf(alert)}
<form method="post" action="${PATH}">
  ${proofField(deps, 'anybody', opsRequest)}
  <input type="hidden" name="token" value="${token}">
  <label for="password">New password</label>
  <input id="password" name="password" type="password" autocomplete="new-password" minlength="8" maxlength="256" required aria-describedby="password-hint">
  <p class="hint" id="password-hint">At least eight characters; a few words make a good one. It must not be your name or e-mail address.</p>
  <label for="again">The same once more</label>
  <input id="again" name="again" type="password" autocomplete="new-password" minlength="8" maxlength="256" required>
  <button>Set password</button>
</form>
<p class="hint">Wherever you are signed in, you will be signed out.</p>`,
    };
  },
  async submit(call) {
    const { token = '', password, again } = call.body;
    const given = chosenPassword.safeParse(password);
    if (!given.success) throw invalid('A password has between 8 and 256 characters.');
    if (password !== again) throw invalid('The two passwords differ.');
    if (token.length > 200) throw refused('LINK_INVALID');
    const work = async (tx: Tx) => {
      await choosePassword(deps, tx, { kind: 'staff', token, newPassword: given.data });
      return { status: 204, headers: {}, body: {} };
    };
    await edit(deps, call, { name: 'account.change', scope: 'staff', isSecret: true, work });
    return { to: `${toSignIn}?done=password` };
  },
});

const invalid = (message: string): RequestFault => new RequestFault('VALIDATION_FAILED', { message });
