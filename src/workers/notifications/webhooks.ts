import { createHmac, randomInt } from 'node:crypto';
import type { Span } from '@opentelemetry/api';
import { MOST_TRIES, retryDelayMs } from '../../domain/events.ts';
import { enqueue } from '../../entities/outbox/outbox.ts';
import { type Attempt, claimDeliveries, type DueDelivery, recordAttempt } from '../../entities/webhook/delivery.ts';
import { external } from '../../infra/database/external-call.ts';
import { unitOfWork } from '../../infra/database/unit-of-work.ts';
import { observe } from '../../infra/observability/log.ts';
import { inSpan, markFailed, traceHeader } from '../../infra/observability/span.ts';
import { runWithTrace } from '../../infra/observability/trace.ts';
import { done, handler } from '../../infra/queue/handler.ts';
import { sendAccountEmail } from '../../jobs/mail.ts';
import { deliverWebhooks } from '../../jobs/webhooks.ts';
import { WebhookError } from '../../ports/webhooks/port.ts';
import type { WorkerDeps } from '../deps.ts';

/** Deliveries per round, sent in parallel. After a full round the next one starts at once. */
const BATCH = 20;
const JITTER_STEPS = 1_000;

/**
 * Delivers webhooks at least once: a worker that is killed before it records the response sends the same delivery id
 * again.
 */
export const webhookHandlers = (deps: WorkerDeps) => [
  handler(deliverWebhooks, async () => {
    const due = await claimDeliveries(deps.db.query, deps.vault, BATCH);
    await Promise.all(due.map((delivery) => deliverInSpan(deps, delivery)));
    if (due.length === BATCH) deps.queues.nudge(deliverWebhooks);
    return done;
  }),
];

/** Makes one attempt in the trace of the event. */
const deliverInSpan = (deps: WorkerDeps, delivery: DueDelivery): Promise<void> => {
  const { id, subscriptionId, type, trace } = delivery;
  const attributes = { 'messaging.message.id': id, 'webhook.subscription.id': subscriptionId, 'webhook.type': type };
  const work = (span?: Span) => deliver(deps, delivery, span);
  return runWithTrace(trace, () => inSpan('process webhook delivery', { kind: 'consumer', attributes }, work));
};

async function deliver(deps: WorkerDeps, delivery: DueDelivery, span: Span | undefined): Promise<void> {
  const attempt = await send(deps, delivery);
  const isDelivered = attempt.status !== null && attempt.status >= 200 && attempt.status < 300;
  if (!isDelivered) markFailed(span, attempt.error ?? String(attempt.status));
  const retryInMs = isDelivered ? null : retryDelayMs(delivery.tries + 1, randomInt(JITTER_STEPS) / JITTER_STEPS);
  await unitOfWork(deps.db, deliverWebhooks.name, async (tx) => {
    const disabledFor = await recordAttempt(tx, delivery, { ...attempt, retryInMs });
    if (disabledFor !== null) {
      enqueue(tx, deps.queues, {
        contract: sendAccountEmail,
        payload: { letter: 'webhook-disabled', accountId: disabledFor },
      });
    }
  });
  const { id: deliveryId, subscriptionId, type } = delivery;
  const isLast = !isDelivered && delivery.tries + 1 >= MOST_TRIES;
  observe(isDelivered ? 'webhook.delivered' : 'webhook.failed', {
    deliveryId,
    subscriptionId,
    type,
    isLast,
    ...attempt,
  });
}

async function send({ sender }: WorkerDeps, delivery: DueDelivery): Promise<Attempt> {
  const { id, eventId, type, data, createdAt, url, secrets } = delivery;
  const body = JSON.stringify({ id: eventId, type, createdAt: createdAt.toISOString(), data });
  const startedAt = Date.now();
  const headers = {
    'Content-Type': 'application/json',
    'User-Agent': 'VCEcom-Webhooks/1',
    'VCEcom-Event-Id': eventId,
    'VCEcom-Delivery-Id': id,
    'VCEcom-Signature': signatureOf(secrets, { at: Math.floor(startedAt / 1_000), body }),
  };
  const toFailure = (error: unknown) => {
    if (!(error instanceof WebhookError)) throw error;
    return { status: null, error: error.code };
  };
  const status = external('webhooks.post', () => sender.post({ url, headers: { ...headers, ...traceHeader() }, body }));
  const answer = await status.then((code) => ({ status: code, error: null }), toFailure);
  return { ...answer, durationMs: Date.now() - startedAt };
}

/** `t=<seconds>,v1=<hex>`: HMAC-SHA256 of `<seconds>.<body>`, with one `v1` for each valid secret. */
const signatureOf = (secrets: readonly string[], { at, body }: { at: number; body: string }): string =>
  [
    `t=${at}`,
    ...secrets.map((secret) => `v1=${createHmac('sha256', secret).update(`${at}.${body}`).digest('hex')}`),
  ].join(',');
