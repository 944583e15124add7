import { expect } from 'chai';
import { verifyDatabase } from '../../tools/verify/database.ts';
import { describeAll } from '../support/extent.ts';
import type { Checkout } from '../support/shop.ts';
import { charges, clearFaults, setFaults, stats } from '../support/simulator.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Flow, startFlow } from './stack.ts';

const OPEN_PAYMENTS = 500;
const BUYERS = 20;
const PRICE = 49_900;
/** How long an open circuit breaker rejects calls, in milliseconds. */
const PROBE_EVERY_MS = 2_000;
const PROBES = 3;
/** A call whose connection breaks is sent once more, in case that the provider closed an idle connection. */
const REQUESTS_PER_PROBE = 2;
const DRAINED_WITHIN_MS = 90_000;

describeAll(`a provider that is away while ${OPEN_PAYMENTS} payments are open`, function () {
  this.timeout(240_000);
  let flow: Flow;
  let variantId: string;
  let backlog: Checkout[];

  before(async () => {
    flow = await startFlow({ env: { HOLD_LIMITS: '', TRUST_PROXY: '1' } });
    variantId = await flow.books.stock({ stock: OPEN_PAYMENTS + 10, price: PRICE });
    await setFaults(flow.simulator, { down: true });
    backlog = await startMany(OPEN_PAYMENTS);
  });
  after(() => flow?.stop());

  const start = async (): Promise<Checkout> =>
    flow.shop.checkout(await flow.shop.cart([{ variantId, quantity: 1 }]), { method: 'pm_card_visa' });

  async function startMany(count: number): Promise<Checkout[]> {
    const started: Checkout[] = [];
    const buyer = async (share: number) => {
      for (let n = 0; n < share; n++) started.push(await start());
    };
    await Promise.all(Array.from({ length: BUYERS }, () => buyer(count / BUYERS)));
    return started;
  }

  const count = async (condition: string): Promise<number> => {
    const [row] = await flow.books.query<{ count: number }>(`select count(*)::int from ${condition}`);
    return row?.count ?? 0;
  };
  const parked = () => count('outbox where parked_at is not null');
  /** All of them, except those that are probes at this moment. */
  const allAreParked = async () => (await parked()) >= OPEN_PAYMENTS - 1;
  const completed = () => count(`checkouts where state = 'COMPLETED'`);

  it('parks each of them, outside of the queues, and calls only to try whether it is back', async () => {
    await waitFor('all are parked', allAreParked, 60_000);
    const { requests } = await stats(flow.simulator);
    const since = Date.now();
    const made = async () => (await stats(flow.simulator)).requests - requests;
    await waitFor('it is tried', async () => (await made()) >= PROBES * REQUESTS_PER_PROBE, 30_000);
    const probes = Math.floor((await made()) / REQUESTS_PER_PROBE);
    expect(Date.now() - since).to.be.at.least((probes - 1) * PROBE_EVERY_MS * 0.9);
    await waitFor('all are parked again', allAreParked);
    const queued = `outbox where queue = 'payments' and parked_at is null`;
    expect(await count(queued)).to.be.at.most(1);
  });

  it('loses none of them when the worker is killed, and completes each once it is back, new purchases first', async () => {
    flow.stack.kill('worker');
    await clearFaults(flow.simulator);
    await waitFor('the backlog shrinks', async () => (await completed()) > 0, 30_000);
    const fresh = await flow.shop.settled(await start(), 30_000);
    expect(fresh.state).to.equal('COMPLETED');
    expect(await parked()).to.be.above(0);
    await waitFor('the backlog is done', async () => (await completed()) === OPEN_PAYMENTS + 1, DRAINED_WITHIN_MS);
  });

  it('leaves books that agree: one charge each, no unit held', async () => {
    await waitFor('nothing is under way', async () => (await count('outbox')) === 0, 30_000);
    const charged = (await charges(flow.simulator)).map(({ checkoutId }) => checkoutId);
    expect(charged).to.include.members(backlog.map(({ id }) => id));
    expect(new Set(charged).size).to.equal(charged.length);
    expect(charged).to.have.length(OPEN_PAYMENTS + 1);
    expect(await flow.books.level(variantId)).to.include({ onHand: 9, reserved: 0 });
    expect((await verifyDatabase(flow.stack.databaseUrl)).findings).to.deep.equal([]);
  });
});
