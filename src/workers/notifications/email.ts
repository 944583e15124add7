import { type CountedEmail, countEmail, TOO_MANY_EMAILS } from '../../entities/outbox/daily-email-limit.ts';
import { acknowledge } from '../../entities/outbox/outbox.ts';
import { external } from '../../infra/database/external-call.ts';
import { groupedWork } from '../../infra/database/groups/grouped-work.ts';
import { observe, observeSparingly } from '../../infra/observability/log.ts';
import { done, handler, type JobContext, type JobOutcome, noop, refusal, snooze } from '../../infra/queue/handler.ts';
import { sendAccountEmail, sendOrderEmail } from '../../jobs/mail.ts';
import { type Mail, MailError } from '../../ports/mail/port.ts';
import type { WorkerDeps } from '../deps.ts';
import { safeDisplayName } from './email-renderer.ts';
import { renderEmail } from './email-templates.ts';
import { orderEmailOf } from './order-emails.ts';
import { type EmailRequest, findRecipient, type Recipient } from './recipient.ts';

/** The delay before the next attempt, in milliseconds: doubles with each start, at most 64 s. */
const backoffMs = ({ starts }: JobContext): number => 1_000 * 2 ** Math.min(starts - 1, 6);

/**
 * Sends e-mails at least once: a worker that is killed between the sending and its record sends the e-mail again. Both
 * copies have the same Message-ID, made of the command's id, so that receivers can remove duplicates. When the mail
 * server does not accept an e-mail, the job waits without using an attempt, for three days at most.
 */
export const emailHandlers = (deps: WorkerDeps) => [
  handler(sendAccountEmail, async (job, context) => {
    const { letter: template, ...payload } = job;
    const request = { ...payload, template, commandId: context.commandId };
    const recipient = await findRecipient(deps, request);
    const mail = typeof recipient === 'string' ? recipient : await composeMail(deps, request, recipient);
    return sendOnce(deps, mail, { ...context, template: request.template, about: { accountId: request.accountId } });
  }),

  handler(sendOrderEmail, async (payload, context) => {
    const mail = await orderEmailOf(deps, { ...payload, commandId: context.commandId });
    return sendOnce(deps, mail, { ...context, template: payload.letter, about: { id: payload.id } });
  }),
];

type SendContext = JobContext & { template: string; about: object };

/** Sends the mail, or skips it when `mail` is a reason, and removes its command from the outbox. */
async function sendOnce(deps: WorkerDeps, mail: Mail | string, context: SendContext): Promise<JobOutcome> {
  const outcome = typeof mail === 'string' ? skip(context, mail) : await send(deps, mail, context);
  if (outcome.kind === 'snooze') return outcome;
  const { commandId } = context;
  return groupedWork(deps.db, { name: sendAccountEmail.name, key: commandId }, async (tx) => {
    await acknowledge(tx, commandId);
    return outcome;
  });
}

function skip({ template, about }: SendContext, why: string): JobOutcome {
  observe('mail.skipped', { letter: template, ...about, why });
  return noop(why);
}

/** Composes the mail of a command. @returns the reason instead when the mail must not be sent */
async function composeMail(deps: WorkerDeps, request: EmailRequest, recipient: Recipient): Promise<Mail | string> {
  const { db, storeUrl, opsUrl, mailsPerDay } = deps;
  const { template, commandId } = request;
  const { email, ...person } = recipient;
  const counted = dailyCountOf(deps, request, recipient);
  if (counted && !(await countEmail(db.query, counted, mailsPerDay))) return TOO_MANY_EMAILS;
  const { hostname } = new URL(storeUrl);
  const to = { name: safeDisplayName(person.name), address: email };
  return {
    template,
    to,
    ...renderEmail(template, { ...person, storeUrl, opsUrl }),
    messageId: `<${commandId}@${hostname}>`,
  };
}

/**
 * How a mail counts against the daily limit of its address; undefined for mails without a limit. The limit stops
 * strangers who create accounts with the address of another person, one after the other. All reset mails of an account
 * count once: an hourly limit bounds them, and a stranger who requests them must not use up the owner's limit.
 * Customers and staff are counted separately.
 */
function dailyCountOf(
  { vault }: WorkerDeps,
  { template, commandId, accountId }: EmailRequest,
  { kind, email, isVerified }: Recipient,
): CountedEmail | undefined {
  const addressIndex = `${vault.indexOf(email)} ${kind} ${template}`;
  if (template === 'reset-password') return { id: accountId, addressIndex, topic: 'account' };
  const isCounted = template === 'verify-email' || (template === 'password-changed' && !isVerified);
  return isCounted ? { id: commandId, addressIndex, topic: 'account' } : undefined;
}

async function send({ mailer }: WorkerDeps, mail: Mail, context: JobContext): Promise<JobOutcome> {
  const { template } = mail;
  try {
    await external('mail.send', () => mailer.send(mail));
    return done;
  } catch (error) {
    if (!(error instanceof MailError)) throw error;
    const { outcome, code } = error;
    if (outcome === 'refused') {
      observe('mail.refused', { letter: template, code, commandId: context.commandId });
      return refusal(code);
    }
    observeSparingly('mail.waits', { letter: template, code });
    return snooze(backoffMs(context));
  }
}
