import { expect } from 'chai';
import { stripeProvider } from '../../src/ports/payments/stripe.ts';
import { verifyDatabase } from '../../tools/verify/database.ts';
import { verifyProvider } from '../../tools/verify/provider.ts';
import { charges, stats } from '../support/simulator.ts';
import { waitFor } from '../support/wait-for.ts';
import type { CrashHarness } from './crash-harness.ts';

/** The key of stacks in development. */
const SECRET_KEY = 'sk_test_development';

/** Work that somebody still has to do. */
const UNDER_WAY = `
  select 'command ' || name || ' ' || payload as line from outbox
  union all select 'webhook ' || type || ' ' || event_id from webhook_inbox where processed_at is null
  union all select 'operation ' || kind || ' ' || id from payment_operations where status in ('pending', 'unknown')
  union all select 'checkout ' || id || ' in ' || state from checkouts where busy`;

/** Waits until nobody has anything to do any more. @throws Error that names what was not done within `withinMs`. */
export async function expectQuiet(
  { books, simulator }: Pick<CrashHarness, 'books' | 'simulator'>,
  withinMs: number,
): Promise<void> {
  let left: string[] = [];
  const isQuiet = async () => {
    left = (await books.query<{ line: string }>(UNDER_WAY)).map(({ line }) => line);
    return left.length === 0 && (await stats(simulator)).webhooksPending === 0;
  };
  await waitFor('everything is done', isQuiet, withinMs).catch((error: Error) => {
    throw new Error(`${error.message}; left: ${left.join(', ')}`);
  });
}

/**
 * Checks every law of the books: stock, ledger, histories, orders and payments against each other, payments against the
 * provider's charges.
 * @throws Error that names what does not hold.
 */
export async function expectInvariants({
  databaseUrl,
  simulator,
}: Pick<CrashHarness, 'databaseUrl' | 'simulator'>): Promise<void> {
  const provider = stripeProvider({ secretKey: SECRET_KEY, webhookSecret: 'unused', apiUrl: simulator });
  const [inside, outside] = await Promise.all([
    verifyDatabase(databaseUrl),
    verifyProvider(databaseUrl, provider, { settleMs: 0 }),
  ]);
  const broken = [...inside.findings, ...outside.findings];
  if (broken.length === 0) return;
  throw new Error(
    broken.map(({ invariant, rows }) => `${invariant.says} Not so: ${JSON.stringify(rows.slice(0, 5))}`).join('\n'),
  );
}

/**
 * Every charge for these checkouts belongs to a completed order, or has gone back as a whole; every order was paid once.
 * @returns the number of orders
 */
export async function expectMoneyAccounted(
  { books, simulator }: Pick<CrashHarness, 'books' | 'simulator'>,
  ids: readonly string[],
): Promise<number> {
  const own = new Set(ids);
  const ours = (await charges(simulator)).filter(({ checkoutId }) => checkoutId !== null && own.has(checkoutId));
  const kept = ours.filter(({ amount, refunded }) => refunded < amount);
  expect(
    kept.filter(({ refunded }) => refunded > 0),
    'given back in part',
  ).to.deep.equal([]);
  const orders = await books.query<{ id: string }>(`select checkout_id as id from orders where checkout_id = any($1)`, [
    ids,
  ]);
  expect(kept.map(({ checkoutId }) => checkoutId).sort()).to.deep.equal(orders.map(({ id }) => id).sort());
  return orders.length;
}
