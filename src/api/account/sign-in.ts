import { signedInSchema } from '../auth/sessions/session-answer.ts';
import { credentialsSchema, signIn } from '../auth/sessions/sign-in.ts';
import type { ApiDeps } from '../deps.ts';
import { type AnyRoute, route } from '../http/route.ts';
import { cartIdSchema, claimedCartSchema, claimGuestCart } from './claim-guest-cart.ts';
import { customerSchema, customerView } from './customer-view.ts';

/** The sign-in route of customers. */
export const signInRoute = (deps: ApiDeps): AnyRoute =>
  route({
    method: 'post',
    path: '/api/v1/store/account/login',
    permission: 'public',
    access: 'public',
    limit: 'sign-in',
    summary: 'Sign in as a customer',
    description: 'The guest cart of `cartId` and `X-Cart-Token` is merged into the cart of the customer.',
    tag: 'Account',
    body: credentialsSchema.extend({ cartId: cartIdSchema }),
    answers: {
      200: {
        description: 'The session and the customer',
        schema: signedInSchema.extend({ customer: customerSchema, cart: claimedCartSchema }),
      },
    },
    errors: ['SIGN_IN_REFUSED'],
    handle(call) {
      const { cartId, ...credentials } = call.body;
      return signIn(deps, call, {
        kind: 'customer',
        ...credentials,
        extraWork: async (tx, account) => ({
          customer: customerView(deps, account),
          cart: await claimGuestCart(deps, tx, { cartId, call, customerId: account.id }),
        }),
      });
    },
  });
