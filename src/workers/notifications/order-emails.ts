import { loadPurchase, type OrderEmailTemplate, type Purchase } from '../../entities/order/email-facts.ts';
import { orderToken } from '../../entities/order/guest-link.ts';
import { countEmail, TOO_MANY_EMAILS } from '../../entities/outbox/daily-email-limit.ts';
import { enqueue } from '../../entities/outbox/outbox.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { sendOrderEmail } from '../../jobs/mail.ts';
import type { Mail } from '../../ports/mail/port.ts';
import type { WorkerDeps } from '../deps.ts';
import { safeDisplayName } from './email-renderer.ts';
import { type OrderLink, renderOrderEmail } from './order-email-templates.ts';

/** Enqueues an order e-mail in the transaction. The worker sends it after the commit, even if this process dies. */
export const sendEmail = (
  { queues }: Pick<WorkerDeps, 'queues'>,
  tx: Tx,
  payload: { letter: OrderEmailTemplate; id: string },
): void => enqueue(tx, queues, { contract: sendOrderEmail, payload });

/**
 * Composes the mail of a command. Buyers can enter the address of another person: an unverified address gets no mail
 * about an unpaid checkout, and has a daily limit.
 * @returns the reason instead when the mail must not be sent
 */
export async function orderEmailOf(
  deps: WorkerDeps,
  { letter: template, id, commandId }: { letter: OrderEmailTemplate; id: string; commandId: string },
): Promise<Mail | string> {
  const { db, vault, storeUrl, mailsPerDay } = deps;
  const purchase = await loadPurchase({ query: db.query, vault }, { template, id, commandId });
  if (typeof purchase === 'string') return purchase;
  if (!purchase.isProved) {
    if (template === 'checkout-expired') return 'address is not proved';
    const counted = { id: commandId, addressIndex: vault.indexOf(purchase.email), topic: 'purchase' } as const;
    if (!(await countEmail(db.query, counted, mailsPerDay))) return TOO_MANY_EMAILS;
  }
  const to = { name: safeDisplayName(purchase.name), address: purchase.email };
  const messageId = `<${commandId}@${new URL(storeUrl).hostname}>`;
  return {
    template,
    to,
    ...renderOrderEmail(template, purchase, { storeUrl, ...guestLinkOf(deps, purchase) }),
    messageId,
  };
}

const DAY_MS = 86_400_000;

/** Creates the order link of a guest. Customers sign in instead. */
function guestLinkOf({ vault, orderLinkDays }: WorkerDeps, { isGuest, order }: Purchase): { guest?: OrderLink } {
  if (!isGuest || !order) return {};
  const expiresAt = new Date(Date.now() + orderLinkDays * DAY_MS);
  const { id: orderId, linksRevoked } = order;
  return { guest: { token: orderToken(vault, { orderId, linksRevoked }, expiresAt), expiresAt } };
}
