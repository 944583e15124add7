import { type CountedMail, countEmail, TOO_MANY_MAILS } from '../../entities/outbox/daily-email-limit.ts';
import { acknowledge } from '../../entities/outbox/outbox.ts';
import { external } from '../../infra/database/external.ts';
import { groupedWork } from '../../infra/database/groups/grouped-work.ts';
import { observe, observeSparingly } from '../../infra/observability/log.ts';
import {
  done,
  type Handler,
  handler,
  type JobContext,
  noop,
  type Outcome,
  refusal,
  snooze,
} from '../../infra/queue/worker.ts';
import { sendAccountEmail, sendOrderEmail } from '../../jobs/mail.ts';
import { type Mail, MailError } from '../../ports/mail/port.ts';
import type { WorkerDeps } from '../deps.ts';
import { presentable } from './email-renderer.ts';
import { renderEmail } from './email-templates.ts';
import { orderEmailOf } from './order-emails.ts';
import { type EmailRequest, findRecipient, type Recipient } from './recipient.ts';

/** How long a mail waits that was not taken, in milliseconds: doubling, at most 64 s. */
const backoffMs = ({ starts }: JobContext): number => 1_000 * 2 ** Math.min(starts - 1, 6);

/**
 * Mails are sent at least once: nobody can hand one over and write that down in the same instant, so a worker that is
 * killed in between sends it again. The Message-ID is made of the command's id: to whoever looks for doubles the two are
 * one mail. A mail that was not taken waits, for three days at most, and uses up no attempts.
 */
export const emailHandlers = (deps: WorkerDeps): Handler[] => [
  handler(sendAccountEmail, async (payload, context) => {
    const order = { ...payload, commandId: context.commandId };
    const found = await findRecipient(deps, order);
    const mail = typeof found === 'string' ? found : await mailTo(deps, order, found);
    return sendOnce(deps, mail, { ...context, letter: order.letter, about: { accountId: order.accountId } });
  }),

  handler(sendOrderEmail, async (payload, context) => {
    const mail = await orderEmailOf(deps, { ...payload, commandId: context.commandId });
    return sendOnce(deps, mail, { ...context, letter: payload.letter, about: { id: payload.id } });
  }),
];

type Posting = JobContext & { letter: string; about: object };

/** Sends a mail, or not for the reason that stands in its place, and takes its command out of the outbox. */
async function sendOnce(deps: WorkerDeps, mail: Mail | string, posting: Posting): Promise<Outcome> {
  const outcome = typeof mail === 'string' ? skip(posting, mail) : await send(deps, mail, posting);
  if (outcome.kind === 'snooze') return outcome;
  const { commandId } = posting;
  return groupedWork(deps.db, { name: sendAccountEmail.name, key: commandId }, async (tx) => {
    await acknowledge(tx, commandId);
    return outcome;
  });
}

function skip({ letter, about }: Posting, why: string): Outcome {
  observe('mail.skipped', { letter, ...about, why });
  return noop(why);
}

/** The mail of a command, or why it is not sent. */
async function mailTo(deps: WorkerDeps, order: EmailRequest, recipient: Recipient): Promise<Mail | string> {
  const { db, storeUrl, mailsPerDay } = deps;
  const { letter, commandId } = order;
  const { email, ...person } = recipient;
  const counted = countedAs(deps, order, recipient);
  if (counted && !(await countEmail(db.query, counted, mailsPerDay))) return TOO_MANY_MAILS;
  const { hostname } = new URL(storeUrl);
  const to = { name: presentable(person.name), address: email };
  return { letter, to, ...renderEmail(letter, { ...person, storeUrl }), messageId: `<${commandId}@${hostname}>` };
}

/**
 * How a mail counts against the day of its address. Anybody can open an account with the address of another person, and
 * the next one after erasing it. Reset mails of one account count as one: the limit of an hour bounds them, and a
 * stranger who asks for them must not use up the owner's. Kinds are apart: a customer uses up nothing of staff.
 */
function countedAs(
  { vault }: WorkerDeps,
  { letter, commandId, accountId }: EmailRequest,
  { kind, email, isVerified }: Recipient,
): CountedMail | undefined {
  const addressIndex = `${vault.indexOf(email)} ${kind} ${letter}`;
  if (letter === 'reset-password') return { id: accountId, addressIndex, topic: 'account' };
  const isCounted = letter === 'verify-email' || (letter === 'password-changed' && !isVerified);
  return isCounted ? { id: commandId, addressIndex, topic: 'account' } : undefined;
}

async function send({ mailer }: WorkerDeps, mail: Mail, context: JobContext): Promise<Outcome> {
  const { letter } = mail;
  try {
    await external('mail.send', () => mailer.send(mail));
    return done;
  } catch (error) {
    if (!(error instanceof MailError)) throw error;
    const { outcome, code } = error;
    if (outcome === 'refused') {
      observe('mail.refused', { letter, code, commandId: context.commandId });
      return refusal(code);
    }
    observeSparingly('mail.waits', { letter, code });
    return snooze(backoffMs(context));
  }
}
