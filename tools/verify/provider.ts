import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import type { Intent, PaymentProvider } from '../../src/ports/payments/port.ts';
import type { RecoveryRule } from './database.ts';

const INVARIANTS = {
  ours: {
    name: 'provider.knows-our-payments',
    says: 'The provider has what we have: the same amounts captured and refunded.',
  },
  theirs: {
    name: 'provider.took-nothing-we-do-not-know',
    says: 'Every charge of the provider for a checkout of ours is in our books.',
  },
  once: { name: 'provider.charged-once', says: 'No checkout was charged twice.' },
};

interface Ours {
  checkoutId: string;
  intentId: string | null;
  status: string;
  captured: number;
  refunded: number;
}

/** Money may be on its way between the two books: what differs must still differ this much later, in milliseconds. */
const SETTLE_MS = 3_000;

/** Compares the provider's books with ours, both ways. @throws ProviderError when the provider does not answer. */
export async function verifyProvider(
  url: string,
  provider: PaymentProvider,
  settleMs = SETTLE_MS,
): Promise<{ findings: RecoveryRule[]; invariants: number }> {
  let findings = await compare(url, provider);
  if (findings.length > 0) {
    await wait(settleMs);
    findings = await compare(url, provider);
  }
  return { findings, invariants: Object.keys(INVARIANTS).length };
}

async function compare(url: string, provider: PaymentProvider): Promise<RecoveryRule[]> {
  const client = new pg.Client({ connectionString: url, application_name: 'verify' });
  await client.connect();
  try {
    const [first] = (await client.query<{ at: Date | null }>(`select min(created_at) as at from payments`)).rows;
    if (!first?.at) return [];
    const theirs: Intent[] = [];
    for await (const intent of provider.list(new Date(first.at.getTime() - 60_000))) theirs.push(intent);
    // Ours are read after theirs: a payment that came in between is in our books at least.
    const { rows: ours } = await client.query<Ours>(
      `select checkout_id as "checkoutId", intent_id as "intentId", status, captured::float8 as captured,
          refunded::float8 as refunded from payments`,
    );
    return differences(ours, theirs);
  } finally {
    await client.end();
  }
}

function differences(ours: readonly Ours[], theirs: readonly Intent[]): RecoveryRule[] {
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
  const untold = paid.filter((intent) => byCheckout.get(intent.checkoutId ?? '')?.status !== 'succeeded');
  const twice = [...Map.groupBy(paid, (intent) => intent.checkoutId)].filter(([, intents]) => intents.length > 1);
  const found = [
    { invariant: INVARIANTS.ours, rows: unknown },
    { invariant: INVARIANTS.theirs, rows: untold },
    {
      invariant: INVARIANTS.once,
      rows: twice.map(([checkoutId, intents]) => ({ checkoutId, intents: intents.map(({ id }) => id) })),
    },
  ];
  return found.filter(({ rows }) => rows.length > 0);
}
