import { bookDashboardRefund, findDashboardRefund } from '../../entities/order/refunds/dashboard-refund.ts';
import { Payment } from '../../entities/payment/payment.ts';
import { closeProviderEvents, type OpenProviderEvent } from '../../entities/payment/provider-event.ts';
import { external } from '../../infra/database/external-call.ts';
import { type Tx, unitOfWork } from '../../infra/database/unit-of-work.ts';
import { observe } from '../../infra/observability/log.ts';
import { processProviderEvents } from '../../jobs/payments.ts';
import type { ProviderRefund } from '../../ports/payments/port.ts';
import { lockCheckout } from '../checkout/advance.ts';
import type { WorkerDeps } from '../deps.ts';
import { requestCreditNote } from '../invoices/request-document.ts';
import { advanceOrder, lockOrder } from '../orders/advance.ts';
import { endRefund } from '../orders/refunds/refund-end.ts';

/** Processes a refund event: books the intent's refunds that were made in the provider's dashboard. */
export async function bookRefundEvent(deps: WorkerDeps, event: OpenProviderEvent): Promise<void> {
  const { intentId, checkoutId, eventId } = event;
  const refunds = await external('payments.refunds', () => deps.provider.refundsOf(intentId ?? ''));
  await unitOfWork(deps.db, processProviderEvents.name, async (tx) => {
    const booked = await bookDashboardRefunds(deps, tx, { checkoutId: checkoutId ?? '', refunds, cause: eventId });
    await closeProviderEvents(tx.query, [event], booked > 0 ? 'applied' : 'known');
  });
}

/**
 * Books the refunds of a payment that were made in the provider's dashboard, each once, with its credit note, and sends
 * the event to the order.
 * @returns the number of new refunds
 */
export async function bookDashboardRefunds(
  deps: WorkerDeps,
  tx: Tx,
  { checkoutId, refunds, cause }: { checkoutId: string; refunds: readonly ProviderRefund[]; cause: string },
): Promise<number> {
  const checkout = await lockCheckout(tx, checkoutId);
  const [payment] = checkout ? await tx.find(Payment, { checkoutId }) : [];
  if (!checkout || !payment) return 0;
  const order = await lockOrder(tx, checkout.orderId);
  let booked = 0;
  for (const refund of refunds.filter(({ status }) => status !== 'failed')) {
    const entry = await bookDashboardRefund(tx, { payment, orderId: order?.id ?? null, refund });
    if (!entry) continue;
    booked += 1;
    tx.afterCommit(() =>
      observe('payment.dashboard_refund.recorded', { checkoutId, refundId: refund.id, amount: refund.amount }),
    );
    if (!order) continue;
    requestCreditNote(deps, tx, { refundId: entry.id, orderId: order.id });
    const event = { type: 'MONEY_RETURNED', amount: refund.amount, underWay: entry.underWay } as const;
    const reason = 'refunded at the provider';
    await advanceOrder(deps, tx, { order, event, actor: 'provider', reason, cause });
  }
  return booked;
}

/** Revokes a refund that was made in the dashboard and failed at the provider. @returns whether it was such a refund */
export async function revokeDashboardRefund(deps: WorkerDeps, tx: Tx, event: OpenProviderEvent): Promise<boolean> {
  const refund = await findDashboardRefund(tx, event.refundId);
  if (!refund) return false;
  const [payment] = await tx.find(Payment, { id: refund.paymentId });
  payment?.revokeRefund(refund.amount, tx.now);
  await endRefund(deps, tx, { refundId: refund.id, failure: 'REFUND_FAILED', cause: event.eventId });
  return true;
}
