import { z } from 'zod';
import { Role } from '../../../entities/access/role.ts';
import type { Account } from '../../../entities/account/account.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { signedInSchema } from '../../auth/sessions/session-answer.ts';
import { credentialsSchema, signIn } from '../../auth/sessions/sign-in.ts';
import type { ApiDeps } from '../../deps.ts';
import { type AnyRoute, route } from '../../http/route.ts';

const mfaSchema = z.enum(['none', 'code', 'setup']).meta({
  description:
    'What the session still needs: `code`: send a code to `mfa/verify`; `setup`: the role requires a second factor, set it up at `mfa`; `none`: nothing.',
});

/** Sign-in of staff. */
export const adminSessionRoutes = (deps: ApiDeps): AnyRoute[] => [
  route({
    method: 'post',
    path: '/api/v1/admin/account/login',
    permission: 'public',
    access: 'public',
    limit: 'sign-in',
    summary: 'Sign in as staff',
    tag: 'Staff account',
    body: credentialsSchema,
    answers: { 200: { description: 'The new session', schema: signedInSchema.extend({ mfa: mfaSchema }) } },
    errors: ['SIGN_IN_REFUSED'],
    handle: (call) =>
      signIn(deps, call, {
        kind: 'staff',
        ...call.body,
        extraWork: async (tx, account) => ({ mfa: await mfaOf(tx, account) }),
      }),
  }),
];

/** Returns the second-factor step that a new session must complete before any other request. */
async function mfaOf(tx: Tx, account: Account): Promise<z.infer<typeof mfaSchema>> {
  if (account.hasMfa) return 'code';
  const [role] = await tx.find(Role, { id: account.roleId ?? '' });
  return role?.requiresMfa ? 'setup' : 'none';
}
