import { z } from 'zod';
import type { Account } from '../../entities/people/account.ts';
import { tokensSchema } from '../auth/session-answer.ts';
import { credentialsSchema, signIn } from '../auth/sign-in.ts';
import type { ApiDeps } from '../deps.ts';
import { type AnyRoute, route } from '../route.ts';

export const customerSchema = z
  .object({
    id: z.uuid(),
    email: z.string(),
    name: z.string(),
    phone: z.string().nullable(),
    emailVerified: z.boolean(),
  })
  .meta({ id: 'Customer' });

/** How customers get in. */
export const signInRoutes = (deps: ApiDeps): AnyRoute[] => [
  route({
    method: 'post',
    path: '/api/v1/store/account/login',
    permission: 'public',
    access: 'public',
    limit: 'sign-in',
    summary: 'Sign in',
    tag: 'Account',
    body: credentialsSchema,
    answers: { 200: { description: 'A session', schema: tokensSchema.extend({ customer: customerSchema }) } },
    errors: ['SIGN_IN_REFUSED', 'TOO_MANY_REQUESTS', 'SIGN_IN_UNAVAILABLE'],
    handle: (call) =>
      signIn(deps, call, {
        kind: 'customer',
        ...call.body,
        alongside: async (_tx, account) => ({ customer: customerView(deps, account) }),
      }),
  }),
];

/** A customer as the customer sees it. */
export const customerView = ({ vault }: Pick<ApiDeps, 'vault'>, account: Account) => ({
  id: account.id,
  ...account.person(vault),
  emailVerified: account.emailVerifiedAt != null,
});
