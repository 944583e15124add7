import { loadPurchase, type OrderEmailTemplate, type Purchase } from '../../entities/order/email-facts.ts';
import { orderToken } from '../../entities/order/guest-link.ts';
import { countEmail, TOO_MANY_MAILS } from '../../entities/outbox/daily-email-limit.ts';
import { enqueue } from '../../entities/outbox/outbox.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { sendOrderEmail } from '../../jobs/mail.ts';
import type { Mail } from '../../ports/mail/port.ts';
import type { WorkerDeps } from '../deps.ts';
import { presentable } from './email-renderer.ts';
import { type OrderLink, renderOrderEmail } from './order-email-templates.ts';

/** Has a letter written when the transaction commits: one for its cause, whatever becomes of this process. */
export const sendEmail = (
  { queues }: Pick<WorkerDeps, 'queues'>,
  tx: Tx,
  payload: { letter: OrderEmailTemplate; id: string },
): void => enqueue(tx, queues, { contract: sendOrderEmail, payload });

/**
 * The mail of a command, or why nobody is to get it. Anybody can type anybody's address: one that the buyer has not
 * proved hears nothing of checkouts that were not paid, and gets so many mails a day.
 */
export async function orderEmailOf(
  deps: WorkerDeps,
  { letter, id, commandId }: { letter: OrderEmailTemplate; id: string; commandId: string },
): Promise<Mail | string> {
  const { db, vault, storeUrl, mailsPerDay } = deps;
  const purchase = await loadPurchase({ query: db.query, vault }, { letter, id, commandId });
  if (typeof purchase === 'string') return purchase;
  if (!purchase.isProved) {
    if (letter === 'checkout-expired') return 'address is not proved';
    const counted = { id: commandId, addressIndex: vault.indexOf(purchase.email), topic: 'purchase' } as const;
    if (!(await countEmail(db.query, counted, mailsPerDay))) return TOO_MANY_MAILS;
  }
  const to = { name: presentable(purchase.name), address: purchase.email };
  const messageId = `<${commandId}@${new URL(storeUrl).hostname}>`;
  return { letter, to, ...renderOrderEmail(letter, purchase, { storeUrl, ...linkTo(deps, purchase) }), messageId };
}

const DAY_MS = 86_400_000;

/** What lets a guest in who follows the link of a mail. Customers sign in. */
function linkTo({ vault, orderLinkDays }: WorkerDeps, { isGuest, order }: Purchase): { guest?: OrderLink } {
  if (!isGuest || !order) return {};
  const expiresAt = new Date(Date.now() + orderLinkDays * DAY_MS);
  const { id: orderId, linksRevoked } = order;
  return { guest: { token: orderToken(vault, { orderId, linksRevoked }, expiresAt), expiresAt } };
}
