import { z } from 'zod';
import { refused } from '../../domain/errors.ts';
import { Account } from '../../entities/account/account.ts';
import { voidTokens } from '../../entities/account/account-token.ts';
import {
  CHANGES_PER_HOUR,
  hasChangeLeft,
  recordEmailChange,
  refuseReserved,
  UNDO_DAYS,
} from '../../entities/account/email-change.ts';
import { currentCartOf } from '../../entities/cart/cart-merge.ts';
import { enqueue } from '../../entities/outbox/outbox.ts';
import { isDuplicate } from '../../infra/database/database.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { sendAccountEmail } from '../../jobs/mail.ts';
import { limitAddressProbes } from '../auth/credentials/brute-force-guard.ts';
import { mailVerification } from '../auth/credentials/email.ts';
import { provePassword } from '../auth/credentials/passwords.ts';
import { ownSession } from '../auth/principal.ts';
import { givenPassword } from '../auth/sessions/sign-in.ts';
import type { SignInRealm } from '../auth/sign-in-realm.ts';
import type { ApiDeps } from '../deps.ts';
import { emailSchema, nameSchema, phoneSchema } from '../fields/person-fields.ts';
import { RequestFault } from '../http/errors/failure.ts';
import { type Answer, type AnyRoute, type Call, route } from '../http/route.ts';
import { edit } from '../writes/edit.ts';
import { customerSchema, customerView } from './customer-view.ts';

const changeSchema = z.strictObject({
  name: nameSchema.optional(),
  phone: phoneSchema.optional(),
  email: emailSchema.optional(),
  currentPassword: givenPassword.optional().meta({ description: 'Needed to change the e-mail address.' }),
});

type AnyCall = Pick<Call<unknown, unknown, unknown>, 'body' | 'headers' | 'principal' | 'raw'>;

interface LineRequest {
  name?: string | undefined;
  phone?: string | null | undefined;
  email?: string | undefined;
}

/** Describes the effects of every change of an e-mail address. */
export const CHANGE_NOTICE = `When the e-mail address changes, the new address gets a mail to verify it. The former one, if it was verified, gets a mail with a link that undoes the change for ${UNDO_DAYS} days, and no other account can take it meanwhile. At most ${CHANGES_PER_HOUR} changes of the address in an hour.`;

/** Who one is. */
export const profileRoutes = (deps: ApiDeps, { path, access, tag }: SignInRealm): AnyRoute[] => [
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
    description: CHANGE_NOTICE,
    tag,
    body: changeSchema,
    answers: { 200: { description: 'Your account', schema: customerSchema } },
    errors: ['EMAIL_TAKEN', 'PASSWORD_WRONG'],
    async handle(call) {
      const { currentPassword = '', ...wanted } = call.body;
      const { accountId } = ownSession(call.principal);
      if (wanted.email === undefined) return change(deps, call, { accountId, wanted });
      const passwordHash = await provePassword(deps, call, currentPassword);
      const { forgive } = await limitAddressProbes(deps.limits, call.raw.request.ip ?? '');
      const answer = await change(deps, call, { accountId, wanted, passwordHash });
      await forgive();
      return answer;
    },
  }),
];

interface OwnChange {
  accountId: string;
  wanted: LineRequest;
  /** The one that was proved, where the change needs it. */
  passwordHash?: string;
}

/** @throws PASSWORD_WRONG when the password was changed since it was proved; EMAIL_TAKEN. */
async function change(deps: ApiDeps, call: AnyCall, { accountId, wanted, passwordHash }: OwnChange): Promise<Answer> {
  const work = async (tx: Tx) => {
    const account = await tx.lock(Account, { id: accountId, status: 'active', ...(passwordHash && { passwordHash }) });
    if (!account) throw refused('PASSWORD_WRONG');
    await describe(deps, tx, { account, wanted, holdsReset: false });
    return { status: 200, headers: {}, body: customerView(deps, account) };
  };
  return edit(deps, call, { name: 'account.change', scope: accountId, isSecret: true, work }).catch((error) => {
    throw isDuplicate(error) ? refused('EMAIL_TAKEN') : error;
  });
}

/**
 * Changes what is known of a person. Another e-mail address gets a mail to verify it; the former one gets a link that
 * puts it back, if it was verified. What was mailed to it before is void.
 * @throws EMAIL_TAKEN when another account can put the address back; TOO_MANY_REQUESTS. The write fails as a duplicate
 *   when another account has it.
 */
export async function describe(
  deps: ApiDeps,
  tx: Tx,
  { account, wanted, holdsReset }: { account: Account; wanted: LineRequest; holdsReset: boolean },
): Promise<void> {
  const person = account.person(deps.vault);
  const emailIndex = account.emailIndex ?? '';
  const former = { email: person.email, emailIndex, isVerified: account.emailVerifiedAt !== null };
  account.describe(deps.vault, { ...person, ...wanted });
  account.updatedAt = tx.now;
  if (account.emailIndex === former.emailIndex) return;
  if (!(await hasChangeLeft(tx, account.id))) throw tooManyChanges();
  await tx.write();
  await refuseReserved(tx, account);
  // An old link must not set a password, nor verify an address to which it was not sent.
  await voidTokens(tx, account.id, ['reset-password', 'invitation', 'verify-email']);
  await mailVerification(deps, tx, account);
  const tokenId = recordEmailChange(tx, deps.vault, { account, former, holdsReset });
  // Anybody can type the address of another person, and change it again: an unverified one would be sent mails without end.
  if (!former.isVerified) return;
  const payload = { letter: 'email-changed' as const, accountId: account.id, tokenId };
  enqueue(tx, deps.queues, { contract: sendAccountEmail, payload });
}

const tooManyChanges = (): RequestFault =>
  new RequestFault('TOO_MANY_REQUESTS', {
    details: { limit: CHANGES_PER_HOUR, windowSeconds: 3_600 },
    headers: { 'Retry-After': '3600' },
  });

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
