import { expect } from 'chai';
import { warmCaches } from '../../src/jobs/caches.ts';
import { sweep } from '../../src/jobs/reconciliation.ts';
import { rest } from '../support/queues.ts';
import type { Cart } from '../support/shop.ts';
import { clearFaults, setFaults } from '../support/simulator.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Flow, sharedFlow } from './stack.ts';

const SIZES = [1, 10, 200];
/** More than a purchase needs, by far fewer than it would with a statement per line. */
const MOST = 40;

/**
 * What runs beside purchases: the relay, the sweeper, the inbox, issuing, reconciliation, what tells of changes, what is kept
 * of offers, new connections, this test. Transactions are counted elsewhere. A checkout of many units waits for others of its network, and counts them again.
 */
const BESIDE =
  '(pg_advisory_xact_lock|where network = |skip locked|from outbox where due_at|cache_invalidations|^select\\s+.select coalesce.json_agg.json_build_object|webhook_deliveries d join|any.events. order by id|reconciliation_runs|discrepancies|as found limit|as late|from offers_version o|^with batch as|^select id from documents_due|^insert into document_series|^with i0 as .insert into documents |webhook_inbox|^delete from (idempotency_keys|account_tokens|password_reset_requests|email_changes|mail_counts|refresh_tokens|sessions|import_rows|product_imports|webhook_deliveries) |pg_stat_|^(begin|commit|rollback|set) ?)';

describe('the number of statements', () => {
  let flow: Flow;
  const goOn: (() => Promise<void>)[] = [];
  before(async function () {
    flow = await sharedFlow(this);
    await flow.books.query('create extension if not exists pg_stat_statements');
    // Events of the provider come before or after its answer and are worked on accordingly.
    await setFaults(flow.simulator, { webhookDropRate: 1 });
    // What is kept warm, and compared, meanwhile is nobody's purchase.
    for (const job of [warmCaches, sweep]) goOn.push(await rest(flow.stack.redisUrl, job));
    // A process that knows no offers yet asks for more than it may need.
    await flow.shop.buy(await linesOf(1));
  });
  after(async () => {
    for (const go of goOn) await go();
    await clearFaults(flow.simulator);
  });

  /** How often each statement runs from here until everything that `work` caused is done, by web and worker together. */
  async function statementsOf(work: () => Promise<unknown>): Promise<Record<string, number>> {
    await quiet();
    const before = await callsSoFar();
    await work();
    await quiet();
    const after = await callsSoFar();
    const calls = [...after].map(([query, count]) => [query, count - (before.get(query) ?? 0)] as const);
    return Object.fromEntries(calls.filter(([, count]) => count > 0));
  }

  async function callsSoFar(): Promise<Map<string, number>> {
    const rows = await flow.books.query<{ query: string; calls: number }>(
      `select min(query) || ' #' || queryid as query, sum(calls)::int as calls from pg_stat_statements
        where dbid = (select oid from pg_database where datname = current_database()) and query !~* $1
        group by queryid order by queryid`,
      [BESIDE],
    );
    return new Map(rows.map(({ query, calls }) => [query, calls]));
  }

  const quiet = () =>
    waitFor('no command is under way', async () => {
      const [row] = await flow.books.query<{ pg_stat_waiting: number }>(
        'select count(*)::int as pg_stat_waiting from outbox',
      );
      return row?.pg_stat_waiting === 0;
    });

  const linesOf = (count: number) =>
    Promise.all(
      Array.from({ length: count }, async () => ({ variantId: await flow.books.stock({ stock: 5 }), quantity: 1 })),
    );

  /** The statements of which there are not as many. */
  const differencesOf = (one: Record<string, number>, other: Record<string, number>): string =>
    [...new Set([...Object.keys(one), ...Object.keys(other)])]
      .filter((query) => one[query] !== other[query])
      .map((query) => `${one[query] ?? 0} and ${other[query] ?? 0}: ${query}`)
      .join('\n');

  const totalOf = (statements: Record<string, number>): number =>
    Object.values(statements).reduce((sum, calls) => sum + calls, 0);

  it('of a checkout, from its start to its order, is the same at 1, 10 and 200 lines', async function () {
    this.timeout(30_000);
    const carts: Cart[] = [];
    for (const size of SIZES) carts.push(await flow.shop.cart(await linesOf(size)));
    const counted: Record<string, number>[] = [];
    for (const cart of carts) {
      const buy = async () => {
        const { body } = await flow.shop.submit(cart, { method: 'pm_card_visa', wait: 20 });
        expect(body.state).to.equal('COMPLETED');
      };
      counted.push(await statementsOf(buy));
    }
    for (const other of counted.slice(1))
      expect(other, differencesOf(counted[0] ?? {}, other)).to.deep.equal(counted[0]);
    expect(totalOf(counted[0] ?? {})).to.be.within(5, MOST);
  });

  it('of a checkout that is cancelled is the same at 1, 10 and 200 lines', async function () {
    this.timeout(30_000);
    const counted: Record<string, number>[] = [];
    for (const size of SIZES) {
      const cart = await flow.shop.cart(await linesOf(size));
      const { body } = await flow.shop.submit(cart, { method: 'pm_card_authenticationRequired', wait: 20 });
      counted.push(
        await statementsOf(async () => {
          const headers = { prefer: 'wait=20' };
          await flow.shop.ask('POST', `/checkout/${body.id}/cancel`, { token: cart.cartToken, body: {}, headers });
        }),
      );
    }
    expect(counted[1]).to.deep.equal(counted[0]);
    expect(counted[2]).to.deep.equal(counted[0]);
  });

  it('of making and reading a cart is the same at 1, 10 and 200 lines', async () => {
    const counted: Record<string, number>[] = [];
    for (const size of SIZES) {
      const lines = await linesOf(size);
      counted.push(await statementsOf(async () => flow.shop.open(await flow.shop.cart(lines))));
    }
    expect(counted.map(totalOf)).to.deep.equal(SIZES.map(() => totalOf(counted[0] ?? {})));
  });
});
