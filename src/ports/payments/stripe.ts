import Stripe from 'stripe';
import {
  type Intent,
  type OpenIntent,
  type PaymentProvider,
  ProviderError,
  type ProviderEvent,
  type ProviderRefund,
} from './port.ts';
import { openStripeClient, type StripeClient, type StripeConfig } from './stripe-client.ts';
import { stripeCause } from './stripe-errors.ts';
import { isEvent, toEvent, toIntent, toRefund } from './stripe-mapping.ts';

const SIGNATURE_TOLERANCE_SECONDS = 300;
const PAGE_SIZE = 100;

/** The payment provider on Stripe's SDK. Calls share one circuit breaker and a pool of kept-alive connections. */
export function stripeProvider(config: StripeConfig): PaymentProvider {
  const link = openStripeClient(config);
  return {
    name: 'stripe',
    availability: link.availability,
    open: (intent) => open(link, intent),
    confirm: (attempt) => confirm(link, attempt),
    cancel: (attempt) => cancel(link, attempt),
    retrieve: (intentId) => retrieve(link, intentId),
    find: (checkoutId, since) => find(link, checkoutId, since),
    refund: (refund) => createRefund(link, refund),
    refundsOf: (intentId) => refundsOf(link, intentId),
    list: (since, until) => list(link, since, until),
    events: (since, until) => events(link, since, until),
    verify: (raw, signature, now) => verify({ raw, signature, secret: config.webhookSecret }, now),
  };
}

function open(
  { stripe, call }: StripeClient,
  { checkoutId, amount, currency, method, key }: OpenIntent,
): Promise<Intent> {
  const params: Stripe.PaymentIntentCreateParams = {
    amount,
    currency: currency.toLowerCase(),
    metadata: { checkoutId },
    // Methods that redirect would need a return URL, which a headless backend does not have.
    automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
    ...(method !== null && { payment_method: method, confirm: true }),
  };
  return orDeclined(() => call('open', () => stripe.paymentIntents.create(params, { idempotencyKey: key })));
}

type Confirmation = Parameters<PaymentProvider['confirm']>[0];

function confirm(link: StripeClient, { intentId, method, key }: Confirmation): Promise<Intent> {
  const { stripe, call } = link;
  const charge = () =>
    call('confirm', () => stripe.paymentIntents.confirm(intentId, { payment_method: method }, { idempotencyKey: key }));
  return orCurrentState(link, intentId, () => orDeclined(charge));
}

function cancel(link: StripeClient, { intentId, key }: Parameters<PaymentProvider['cancel']>[0]): Promise<Intent> {
  const { stripe, call } = link;
  return orCurrentState(link, intentId, async () =>
    toIntent(await call('cancel', () => stripe.paymentIntents.cancel(intentId, {}, { idempotencyKey: key }))),
  );
}

async function retrieve({ stripe, call }: StripeClient, intentId: string): Promise<Intent> {
  return toIntent(
    await call('retrieve', () => stripe.paymentIntents.retrieve(intentId, { expand: ['latest_charge'] })),
  );
}

/**
 * Lists instead of using Stripe's search, which lags and is not available in India. A missed intent means a second
 * charge.
 */
async function find(link: StripeClient, checkoutId: string, since: Date): Promise<Intent | null> {
  for await (const intent of list(link, since)) if (intent.checkoutId === checkoutId) return intent;
  return null;
}

async function* list({ stripe, call }: StripeClient, since: Date, until?: Date): AsyncGenerator<Intent> {
  const created = between(since, until);
  const expand = ['data.latest_charge'];
  yield* pages(
    (after) => call('list', () => stripe.paymentIntents.list({ created, limit: PAGE_SIZE, expand, ...after })),
    toIntent,
  );
}

async function* events({ stripe, call }: StripeClient, since: Date, until: Date): AsyncGenerator<ProviderEvent> {
  const created = between(since, until);
  yield* pages((after) => call('events', () => stripe.events.list({ created, limit: PAGE_SIZE, ...after })), toEvent);
}

const between = (since: Date, until?: Date) => ({
  gte: Math.floor(since.getTime() / 1_000),
  ...(until && { lte: Math.floor(until.getTime() / 1_000) }),
});

/** Yields every row of a paginated list. */
async function* pages<Row extends { id: string }, T>(
  fetch: (after: { starting_after?: string }) => Promise<{ data: Row[]; has_more: boolean }>,
  map: (row: Row) => T,
): AsyncGenerator<T> {
  let after: { starting_after?: string } = {};
  for (;;) {
    const page = await fetch(after);
    yield* page.data.map(map);
    const last = page.data.at(-1);
    if (!page.has_more || !last) return;
    after = { starting_after: last.id };
  }
}

type RefundParams = Parameters<PaymentProvider['refund']>[0];

async function createRefund(
  { stripe, call }: StripeClient,
  { intentId, amount, key, reference }: RefundParams,
): Promise<ProviderRefund> {
  const params = { payment_intent: intentId, amount, metadata: { reference } };
  return toRefund(await call('refund', () => stripe.refunds.create(params, { idempotencyKey: key })), intentId);
}

async function refundsOf({ stripe, call }: StripeClient, intentId: string): Promise<ProviderRefund[]> {
  const of = { payment_intent: intentId, limit: PAGE_SIZE };
  const fetch = (after: object) => call('refundsOf', () => stripe.refunds.list({ ...of, ...after }));
  const refunds: ProviderRefund[] = [];
  for await (const refund of pages(fetch, (row) => toRefund(row, intentId))) refunds.push(refund);
  return refunds;
}

function verify(
  { raw, signature, secret }: { raw: Buffer; signature: string; secret: string },
  now: Date,
): ProviderEvent | null {
  let event: unknown;
  try {
    event = Stripe.webhooks.constructEvent(
      raw,
      signature,
      secret,
      SIGNATURE_TOLERANCE_SECONDS,
      undefined,
      now.getTime(),
    );
  } catch (cause) {
    throw new ProviderError('refused', 'INVALID_SIGNATURE', { cause });
  }
  // The SDK rejects only old signatures, not those from the future.
  if (signedAt(signature) > now.getTime() / 1_000 + SIGNATURE_TOLERANCE_SECONDS) {
    throw new ProviderError('refused', 'INVALID_SIGNATURE');
  }
  return isEvent(event) ? toEvent(event) : null;
}

/** The timestamp of a valid signature, in seconds since 1970. */
const signedAt = (signature: string): number =>
  Math.max(...[...signature.matchAll(/(?:^|,)\s*t=(\d+)/g)].map(([, second]) => Number(second)));

/** Stripe reports a decline as an error with the intent: returns that intent. */
async function orDeclined(request: () => Promise<Stripe.PaymentIntent>): Promise<Intent> {
  try {
    return toIntent(await request());
  } catch (error) {
    const intent = stripeCause(error, 'StripeCardError')?.payment_intent;
    if (intent) return toIntent(intent);
    throw error;
  }
}

/** Retrieves the current intent when its status does not allow the requested step. */
async function orCurrentState(link: StripeClient, intentId: string, request: () => Promise<Intent>): Promise<Intent> {
  try {
    return await request();
  } catch (error) {
    const refused = stripeCause(error, 'StripeInvalidRequestError');
    if (refused?.code === 'payment_intent_unexpected_state') return retrieve(link, intentId);
    throw error;
  }
}
