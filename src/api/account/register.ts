import { z } from 'zod';
import { refused } from '../../domain/errors.ts';
import { Account } from '../../entities/account/account.ts';
import { refuseReserved } from '../../entities/account/email-change.ts';
import { hashPassword } from '../../infra/crypto/password.ts';
import { isDuplicate } from '../../infra/database/database.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { limitAddressProbes } from '../auth/credentials/brute-force-guard.ts';
import { mailVerification } from '../auth/credentials/email.ts';
import { chosenPassword, refuseUnsuitable } from '../auth/credentials/passwords.ts';
import { noStore, signedInSchema } from '../auth/sessions/session-answer.ts';
import { openSession } from '../auth/sessions/sign-in.ts';
import type { ApiDeps } from '../deps.ts';
import { emailSchema, nameSchema, phoneSchema } from '../fields/person-fields.ts';
import { type AnyRoute, route } from '../http/route.ts';
import { edit } from '../writes/edit.ts';
import { bringCart, broughtCart, cartIdSchema } from './claim-guest-cart.ts';
import { customerSchema, customerView } from './customer-view.ts';

const registerSchema = z.strictObject({
  email: emailSchema,
  password: chosenPassword,
  name: nameSchema,
  phone: phoneSchema.optional(),
  cartId: cartIdSchema,
});

/** How somebody becomes a customer. That an e-mail address has one account is held by the database. */
export const registerRoute = (deps: ApiDeps): AnyRoute =>
  route({
    method: 'post',
    path: '/api/v1/store/account/register',
    permission: 'public',
    access: 'public',
    limit: 'sign-in',
    summary: 'Become a customer; the cart of `cartId` and `X-Cart-Token` comes along',
    description:
      'That an e-mail address is taken (409 `EMAIL_TAKEN`) is told at most 100 times in 15 minutes to one IP address, by default.',
    tag: 'Account',
    body: registerSchema,
    answers: {
      201: { description: 'Signed in', schema: signedInSchema.extend({ customer: customerSchema, cart: broughtCart }) },
    },
    errors: ['EMAIL_TAKEN', 'PASSWORD_UNSUITABLE'],
    async handle(call) {
      const { password, cartId, ...person } = call.body;
      refuseUnsuitable(password, person);
      const { forgive } = await limitAddressProbes(deps.limits, call.raw.request.ip ?? '');
      const passwordHash = await hashPassword(password);
      const work = async (tx: Tx) => {
        const from = { kind: 'customer' as const, phone: null, ...person, passwordHash };
        const account = Account.open(tx, deps.vault, from);
        const tokens = openSession(deps, tx, { account, call });
        await mailVerification(deps, tx, account);
        // The cart refers to the account: its row has to be there.
        await tx.write();
        await refuseReserved(tx, account);
        const cart = await bringCart(deps, tx, { cartId, call, customerId: account.id });
        return { status: 201, headers: noStore, body: { customer: customerView(deps, account), cart, ...tokens } };
      };
      const registered = edit(deps, call, { name: 'account.register', scope: 'new', isSecret: true, work });
      const answer = await registered.catch((error) => {
        throw isDuplicate(error) ? refused('EMAIL_TAKEN') : error;
      });
      await forgive();
      return answer;
    },
  });
