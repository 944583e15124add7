import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import type { Intent, PaymentProvider } from '../../src/ports/payments/port.ts';
import type { Violation } from './database.ts';

/** The invariants that compare our payments with those of the provider. */
export const PROVIDER_INVARIANTS = {
  ours: {
    name: 'provider.knows-our-payments',
    says: 'The provider has the same captured and refunded amounts as our payments.',
  },
  theirs: {
    name: 'provider.took-nothing-we-do-not-know',
    says: 'Every charge of the provider for one of our checkouts is recorded as a payment.',
  },
  once: { name: 'provider.charged-once', says: 'No checkout was charged twice.' },
};

interface OwnPayment {
  checkoutId: string;
  intentId: string | null;
  status: string;
  captured: number;
  refunded: number;
}

/** Payments may be in transit: a difference counts only if it still exists after this time, in milliseconds. */
const SETTLE_MS = 3_000;

/** The metadata of an intent may contain any text. */
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** How to compare. */
interface Comparison {
  /** Compares what began since then; otherwise everything. */
  since?: Date | undefined;
  settleMs?: number;
}

/**
 * Compares payments with the provider's intents, both ways. @param url the primary: a replica may not have a payment yet
 * whose intent the provider lists @throws ProviderError when the provider does not answer.
 */
export async function verifyProvider(
  url: string,
  provider: PaymentProvider,
  { since = new Date(0), settleMs = SETTLE_MS }: Comparison = {},
): Promise<{ findings: Violation[]; invariants: number }> {
  let findings = await compare(url, provider, since);
  if (findings.length > 0) {
    await wait(settleMs);
    findings = await compare(url, provider, since);
  }
  return { findings, invariants: Object.keys(PROVIDER_INVARIANTS).length };
}

async function compare(url: string, provider: PaymentProvider, since: Date): Promise<Violation[]> {
  const client = new pg.Client({ connectionString: url, application_name: 'verify' });
  await client.connect();
  try {
    const [first] = (
      await client.query<{ at: Date | null }>(`select min(created_at) as at from payments where created_at >= $1`, [
        since,
      ])
    ).rows;
    if (!first?.at) return [];
    const theirs: Intent[] = [];
    for await (const intent of provider.list(new Date(first.at.getTime() - 60_000))) theirs.push(intent);
    // Our payments are read after the intents, so a payment that arrives in between is at least in our database.
    const { rows: ours } = await client.query<OwnPayment>(
      `select checkout_id as "checkoutId", intent_id as "intentId", status, captured::float8 as captured,
          refunded::float8 as refunded from payments where created_at >= $1 or checkout_id = any($2::uuid[])`,
      [since, theirs.flatMap(({ checkoutId }) => (checkoutId && UUID.test(checkoutId) ? [checkoutId] : []))],
    );
    return differences(ours, theirs);
  } finally {
    await client.end();
  }
}

function differences(ours: readonly OwnPayment[], theirs: readonly Intent[]): Violation[] {
  const byIntent = new Map(theirs.map((intent) => [intent.id, intent]));
  const byCheckout = new Map(ours.map((payment) => [payment.checkoutId, payment]));
  const paid = theirs.filter(
    (intent) =>
      intent.status === 'succeeded' && intent.checkoutId !== null && intent.amountRefunded < intent.amountReceived,
  );
  const unknown = ours.flatMap((payment) => {
    if (payment.captured === 0) return [];
    const intent = byIntent.get(payment.intentId ?? '');
    const agrees = intent?.amountReceived === payment.captured && intent.amountRefunded === payment.refunded;
    return agrees ? [] : [{ ...payment, provider: intent ?? null }];
  });
  const unrecorded = paid.filter((intent) => byCheckout.get(intent.checkoutId ?? '')?.status !== 'succeeded');
  const twice = [...Map.groupBy(paid, (intent) => intent.checkoutId)].filter(([, intents]) => intents.length > 1);
  const found = [
    { invariant: PROVIDER_INVARIANTS.ours, rows: unknown },
    { invariant: PROVIDER_INVARIANTS.theirs, rows: unrecorded },
    {
      invariant: PROVIDER_INVARIANTS.once,
      rows: twice.map(([checkoutId, intents]) => ({ checkoutId, intents: intents.map(({ id }) => id) })),
    },
  ];
  return found.filter(({ rows }) => rows.length > 0);
}
