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
    'What the session still needs: `code` of the second factor (mfa/verify), or its `setup` (mfa), as the role demands one.',
});

/** How staff get in. */
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
    answers: { 200: { description: 'A session', schema: signedInSchema.extend({ mfa: mfaSchema }) } },
    errors: ['SIGN_IN_REFUSED'],
    handle: (call) =>
      signIn(deps, call, {
        kind: 'staff',
        ...call.body,
        alongside: async (tx, account) => ({ mfa: await mfaOf(tx, account) }),
      }),
  }),
];

/** What a new session of this account needs before it may do anything. */
export async function mfaOf(tx: Tx, account: Account): Promise<z.infer<typeof mfaSchema>> {
  if (account.hasMfa) return 'code';
  const [role] = await tx.find(Role, { id: account.roleId ?? '' });
  return role?.requiresMfa ? 'setup' : 'none';
}
