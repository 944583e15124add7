import { hasOpenOperation } from '../../entities/payment/operation.ts';
import { failRefundOperation, isRefundFailureRecorded } from '../../entities/payment/operation-result.ts';
import { Payment } from '../../entities/payment/payment.ts';
import {
  closeProviderEvents,
  type OpenProviderEvent,
  postponeProviderEvents,
} from '../../entities/payment/provider-event.ts';
import { external } from '../../infra/database/external-call.ts';
import { unitOfWork } from '../../infra/database/unit-of-work.ts';
import { observe } from '../../infra/observability/log.ts';
import { processProviderEvents } from '../../jobs/payments.ts';
import type { Intent, PaymentProvider } from '../../ports/payments/port.ts';
import { lockCheckout } from '../checkout/advance.ts';
import type { WorkerDeps } from '../deps.ts';
import { endRefund } from '../orders/refunds/refund-end.ts';
import { revokeDashboardRefund } from './dashboard-refunds.ts';

export const REFUND_FAILED = 'refund.failed';
const CHECK_AGAIN_MS = 5_000;

/** Whether a payment succeeded on another intent than the intent of the checkout's payment. */
export const isSecondCharge = ({ payment, intentId, status }: OpenProviderEvent): boolean =>
  status === 'succeeded' && payment?.intentId != null && payment.intentId !== intentId;

/** Refunds a second charge of a checkout, and closes its event. */
export async function refundSecondCharge({ db, provider }: WorkerDeps, event: OpenProviderEvent): Promise<void> {
  const { intentId, checkoutId } = event;
  observe('payment.second_charge.error', { intentId, checkoutId });
  // A part may have been refunded since the event: the provider refuses to refund more than is left.
  const intent = await external('payments.ask', () => provider.retrieve(intentId ?? ''));
  await refundRest(provider, intent);
  await closeProviderEvents(db.query, [event], 'returned');
}

/** Refunds what is left of a second charge. Two callers that read the same amounts make one refund. */
export async function refundRest(provider: PaymentProvider, intent: Intent): Promise<void> {
  const { id: intentId, amountReceived, amountRefunded } = intent;
  const amount = amountReceived - amountRefunded;
  if (amount <= 0) return;
  // The provider refuses a key that comes again with another amount: another rest has another key.
  const key = `return-${intentId}${amountRefunded > 0 ? `-${amountRefunded}` : ''}`;
  const reference = `return-${intentId}`;
  await external('payments.refund', () => provider.refund({ intentId, amount, key, reference }));
}

/** Records that a refund failed at the provider. `bin/verify` reports the owed money until a person resolves it. */
export const revokeRefund = (deps: WorkerDeps, event: OpenProviderEvent): Promise<void> =>
  unitOfWork(deps.db, processProviderEvents.name, async (tx) => {
    await lockCheckout(tx, event.checkoutId ?? '');
    const failed = await failRefundOperation(tx, event.refundId);
    if (!failed && (await revokeDashboardRefund(deps, tx, event)))
      return closeProviderEvents(tx.query, [event], 'applied');
    // The answer of our own call must be booked before its refund can be revoked.
    if (!failed && (await hasOpenOperation(tx, event.checkoutId, 'refund'))) {
      return postponeProviderEvents(tx.query, [event], CHECK_AGAIN_MS);
    }
    const [payment] = failed ? await tx.find(Payment, { id: failed.paymentId }) : [];
    payment?.revokeRefund(failed?.amount ?? 0, tx.now);
    if (failed?.orderRefundId) {
      const end = { refundId: failed.orderRefundId, failure: 'REFUND_FAILED', cause: event.eventId };
      await endRefund(deps, tx, end);
    }
    const { refundId, checkoutId } = event;
    // The metrics count each of these log lines as a failed refund.
    if (failed || !(await isRefundFailureRecorded(tx, refundId)))
      tx.afterCommit(() => observe('payment.refund.failed', { refundId, checkoutId, amount: failed?.amount }));
    await closeProviderEvents(tx.query, [event], failed ? 'applied' : 'known');
  });
