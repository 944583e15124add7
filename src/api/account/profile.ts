import { z } from 'zod';
import { refused } from '../../domain/errors.ts';
import { Account, refuseTakenEmail } from '../../entities/account/account.ts';
import { CHANGES_PER_HOUR, mayChangeEmail, recordEmailChange, UNDO_DAYS } from '../../entities/account/email-change.ts';
import { currentCartOf } from '../../entities/cart/cart-merge.ts';
import { enqueue } from '../../entities/outbox/outbox.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { sendAccountEmail } from '../../jobs/mail.ts';
import { limitEmailProbes } from '../auth/credentials/brute-force-guard.ts';
import { sendVerificationEmail } from '../auth/credentials/email.ts';
import { verifyOwnPassword } from '../auth/credentials/passwords.ts';
import { requireSession } from '../auth/principal.ts';
import { currentPasswordSchema } from '../auth/sessions/sign-in.ts';
import type { SignInRealm } from '../auth/sign-in-realm.ts';
import type { ApiDeps } from '../deps.ts';
import { emailSchema, nameSchema, phoneSchema } from '../fields/person-fields.ts';
import { RequestFault } from '../http/errors/failure.ts';
import { type Answer, type AnyRoute, route } from '../http/route.ts';
import { type EditCall, edit } from '../writes/edit.ts';
import { customerSchema, customerView } from './customer-view.ts';

const changeSchema = z.strictObject({
  name: nameSchema.optional(),
  phone: phoneSchema.optional(),
  email: emailSchema.optional(),
  currentPassword: currentPasswordSchema.optional().meta({ description: 'Required to change the e-mail address.' }),
});

interface ProfileChange {
  name?: string | undefined;
  phone?: string | null | undefined;
  email?: string | undefined;
}

/** API text about the effects of a change of an e-mail address. */
export const EMAIL_CHANGE_EFFECTS = `A new e-mail address receives an e-mail to verify it. A verified former address receives a link that undoes the change within ${UNDO_DAYS} days; until then no other account can use that address. The limit is ${CHANGES_PER_HOUR} changes of the e-mail address per hour.`;

/** The routes of the caller's own profile, in the store and in the admin API. */
export const profileRoutes = (deps: ApiDeps, { path, access, tag }: SignInRealm): AnyRoute[] => [
  route({
    method: 'get',
    path,
    permission: 'account:read',
    access,
    summary: 'Retrieve your profile',
    tag,
    answers: { 200: { description: 'Your profile', schema: customerSchema } },
    async handle(call) {
      const { accountId } = requireSession(call.principal);
      const account = await deps.db.orm.em.fork().findOneOrFail(Account, { id: accountId });
      return { status: 200, body: customerView(deps, account) };
    },
  }),
  route({
    method: 'patch',
    path,
    permission: 'account:update',
    access,
    summary: 'Update your name, phone number or e-mail address',
    description: EMAIL_CHANGE_EFFECTS,
    tag,
    body: changeSchema,
    answers: { 200: { description: 'Your profile', schema: customerSchema } },
    errors: ['EMAIL_TAKEN', 'PASSWORD_WRONG'],
    async handle(call) {
      const { currentPassword = '', ...changes } = call.body;
      const { accountId } = requireSession(call.principal);
      if (changes.email === undefined) return updateOwnProfile(deps, call, { accountId, changes });
      const passwordHash = await verifyOwnPassword(deps, call, currentPassword);
      const { forgive } = await limitEmailProbes(deps.limits, call.raw.request.ip ?? '');
      const answer = await updateOwnProfile(deps, call, { accountId, changes, passwordHash });
      await forgive();
      return answer;
    },
  }),
];

interface OwnProfileChange {
  accountId: string;
  changes: ProfileChange;
  /** Hash of the verified password; only for a change of the e-mail address. */
  passwordHash?: string;
}

/** @throws PASSWORD_WRONG when the password has changed since its verification; EMAIL_TAKEN */
async function updateOwnProfile(deps: ApiDeps, call: EditCall, change: OwnProfileChange): Promise<Answer> {
  const { accountId, changes, passwordHash } = change;
  const work = async (tx: Tx) => {
    const account = await tx.lock(Account, { id: accountId, status: 'active', ...(passwordHash && { passwordHash }) });
    if (!account) throw refused('PASSWORD_WRONG');
    await changeProfile(deps, tx, { account, changes, holdsReset: false });
    return { status: 200, headers: {}, body: customerView(deps, account) };
  };
  return edit(deps, call, { name: 'account.change', scope: accountId, isSecret: true, work }).catch(refuseTakenEmail);
}

/**
 * Changes the profile of an account. A new e-mail address receives a verification e-mail; a verified former address
 * receives a link that undoes the change. Tokens sent to the former address become void.
 * @throws EMAIL_TAKEN when another account may still restore the address; TOO_MANY_REQUESTS. The write fails as a
 *   duplicate when another account uses the address.
 */
export async function changeProfile(
  deps: ApiDeps,
  tx: Tx,
  { account, changes, holdsReset }: { account: Account; changes: ProfileChange; holdsReset: boolean },
): Promise<void> {
  const former = account.changePerson(deps.vault, changes, tx.now);
  if (!former) return;
  if (!(await mayChangeEmail(tx, account.id))) throw tooManyChanges();
  const tokenId = await recordEmailChange(tx, deps.vault, { account, former, holdsReset });
  await sendVerificationEmail(deps, tx, account);
  // An unverified address may belong to someone else: repeated changes must not send e-mails to it.
  if (!former.isVerified) return;
  const payload = { letter: 'email-changed' as const, accountId: account.id, tokenId };
  enqueue(tx, deps.queues, { contract: sendAccountEmail, payload });
}

const tooManyChanges = (): RequestFault =>
  new RequestFault('TOO_MANY_REQUESTS', {
    details: { limit: CHANGES_PER_HOUR, windowSeconds: 3_600 },
    headers: { 'Retry-After': '3600' },
  });

/** The route of the customer's current cart. */
export const currentCartRoute = (deps: ApiDeps): AnyRoute =>
  route({
    method: 'get',
    path: '/api/v1/store/account/cart',
    permission: 'cart:read',
    access: 'customer',
    summary: 'Retrieve the id of your current cart',
    tag: 'Account',
    answers: {
      200: { description: 'The id of the open cart that you changed last', schema: z.object({ id: z.uuid() }) },
    },
    errors: ['CART_NOT_FOUND'],
    async handle(call) {
      const id = await currentCartOf(deps.db.query, requireSession(call.principal).accountId);
      if (!id) throw refused('CART_NOT_FOUND');
      return { status: 200, body: { id } };
    },
  });
