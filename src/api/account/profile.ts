import { z } from 'zod';
import { refused } from '../../domain/errors.ts';
import { currentCartOf } from '../../entities/cart-merge.ts';
import { Account } from '../../entities/people/account.ts';
import { voidTokens } from '../../entities/people/account-token.ts';
import { isDuplicate } from '../../infra/database.ts';
import type { Tx } from '../../infra/unit-of-work.ts';
import type { Door } from '../auth/door.ts';
import { mailVerification } from '../auth/email.ts';
import { provePassword } from '../auth/passwords.ts';
import { ownSession } from '../auth/principal.ts';
import { givenPassword } from '../auth/sign-in.ts';
import type { ApiDeps } from '../deps.ts';
import { edit } from '../edit.ts';
import { emailSchema, nameSchema, phoneSchema } from '../person-fields.ts';
import { type AnyRoute, route } from '../route.ts';
import { customerSchema, customerView } from './customer-view.ts';

const changeSchema = z.strictObject({
  name: nameSchema.optional(),
  phone: phoneSchema.optional(),
  email: emailSchema.optional(),
  currentPassword: givenPassword.optional().meta({ description: 'Needed to change the e-mail address.' }),
});

/** Who one is. */
export const profileRoutes = (deps: ApiDeps, { path, access, tag }: Door): AnyRoute[] => [
  route({
    method: 'get',
    path,
    permission: 'account:read',
    access,
    summary: 'Who you are',
    tag,
    answers: { 200: { description: 'Your account', schema: customerSchema } },
    async handle(call) {
      const { accountId } = ownSession(call.principal);
      const account = await deps.db.orm.em.fork().findOneOrFail(Account, { id: accountId });
      return { status: 200, body: customerView(deps, account) };
    },
  }),
  route({
    method: 'patch',
    path,
    permission: 'account:update',
    access,
    summary: 'Change your name, telephone number or e-mail address; another address has to be verified anew',
    tag,
    body: changeSchema,
    answers: { 200: { description: 'Your account', schema: customerSchema } },
    errors: ['EMAIL_TAKEN', 'PASSWORD_WRONG'],
    async handle(call) {
      const { currentPassword = '', ...wanted } = call.body;
      const { accountId } = ownSession(call.principal);
      const passwordHash = wanted.email === undefined ? undefined : await provePassword(deps, call, currentPassword);
      const work = async (tx: Tx) => {
        const account = await tx.lock(Account, {
          id: accountId,
          status: 'active',
          ...(passwordHash && { passwordHash }),
        });
        if (!account) throw refused('PASSWORD_WRONG');
        await describe(deps, tx, { account, wanted });
        return { status: 200, headers: {}, body: customerView(deps, account) };
      };
      return edit(deps, call, { name: 'account.change', scope: accountId, isSecret: true, work }).catch((error) => {
        throw isDuplicate(error) ? refused('EMAIL_TAKEN') : error;
      });
    },
  }),
];

/** Changes what is known of a person; another e-mail address gets a mail to verify it, and what was mailed to the one before is void. */
export async function describe(
  deps: ApiDeps,
  tx: Tx,
  { account, wanted }: { account: Account; wanted: { name?: string; phone?: string | null; email?: string } },
): Promise<void> {
  const before = account.emailIndex;
  account.describe(deps.vault, { ...account.person(deps.vault), ...wanted });
  account.updatedAt = tx.now;
  if (account.emailIndex === before) return;
  await tx.write();
  // Whoever reads the box that the owner has left must not get in by it, nor have the new address taken for verified.
  await voidTokens(tx, account.id, ['reset-password', 'invitation', 'verify-email']);
  await mailVerification(deps, tx, account);
}

/** The cart that the customer goes on filling. */
export const currentCartRoute = (deps: ApiDeps): AnyRoute =>
  route({
    method: 'get',
    path: '/api/v1/store/account/cart',
    permission: 'cart:read',
    access: 'customer',
    summary: 'The open cart that you filled last',
    tag: 'Account',
    answers: { 200: { description: 'Its id', schema: z.object({ id: z.uuid() }) } },
    errors: ['CART_NOT_FOUND'],
    async handle(call) {
      const id = await currentCartOf(deps.db.query, ownSession(call.principal).accountId);
      if (!id) throw refused('CART_NOT_FOUND');
      return { status: 200, body: { id } };
    },
  });
