import { z } from 'zod';
import { Account, refuseTakenEmail } from '../../entities/account/account.ts';
import { refuseReserved } from '../../entities/account/email-change.ts';
import { refuseUnsuitablePassword } from '../../entities/account/password.ts';
import { hashPassword } from '../../infra/crypto/password.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { limitEmailProbes } from '../auth/credentials/brute-force-guard.ts';
import { sendVerificationEmail } from '../auth/credentials/email.ts';
import { newPasswordSchema } from '../auth/credentials/passwords.ts';
import { noStore, signedInSchema } from '../auth/sessions/session-answer.ts';
import { openSession } from '../auth/sessions/sign-in.ts';
import type { ApiDeps } from '../deps.ts';
import { emailSchema, nameSchema, phoneSchema } from '../fields/person-fields.ts';
import { type AnyRoute, route } from '../http/route.ts';
import { edit } from '../writes/edit.ts';
import { cartIdSchema, claimedCartSchema, claimGuestCart } from './claim-guest-cart.ts';
import { customerSchema, customerView } from './customer-view.ts';

const registerSchema = z.strictObject({
  email: emailSchema,
  password: newPasswordSchema,
  name: nameSchema,
  phone: phoneSchema.optional(),
  cartId: cartIdSchema,
});

/** The route that creates a customer account. A unique index allows one account per e-mail address. */
export const registerRoute = (deps: ApiDeps): AnyRoute =>
  route({
    method: 'post',
    path: '/api/v1/store/account/register',
    permission: 'public',
    access: 'public',
    limit: 'sign-in',
    summary: 'Create a customer account and sign in',
    description:
      'The guest cart of `cartId` and `X-Cart-Token` becomes the cart of the customer. One IP address gets the error `EMAIL_TAKEN` at most 100 times in 15 minutes by default, then `TOO_MANY_REQUESTS`. An `Idempotency-Key` is ignored, because the answer with its tokens is not stored: if an answer is lost, sign in.',
    tag: 'Account',
    body: registerSchema,
    answers: {
      201: {
        description: 'The session and the customer',
        schema: signedInSchema.extend({ customer: customerSchema, cart: claimedCartSchema }),
      },
    },
    errors: ['EMAIL_TAKEN', 'PASSWORD_UNSUITABLE'],
    async handle(call) {
      const { password, cartId, ...person } = call.body;
      refuseUnsuitablePassword(password, person);
      const { forgive } = await limitEmailProbes(deps.limits, call.raw.request.ip ?? '');
      const passwordHash = await hashPassword(password);
      const work = async (tx: Tx) => {
        const from = { kind: 'customer' as const, phone: null, ...person, passwordHash };
        const account = Account.open(tx, deps.vault, from);
        const tokens = openSession(deps, tx, { account, call });
        await sendVerificationEmail(deps, tx, account);
        // The foreign key of the cart needs the row of the account.
        await tx.write();
        await refuseReserved(tx, account);
        const cart = await claimGuestCart(deps, tx, { cartId, call, customerId: account.id });
        return { status: 201, headers: noStore, body: { customer: customerView(deps, account), cart, ...tokens } };
      };
      const registered = edit(deps, call, { name: 'account.register', scope: 'new', isSecret: true, work });
      const answer = await registered.catch(refuseTakenEmail);
      await forgive();
      return answer;
    },
  });
