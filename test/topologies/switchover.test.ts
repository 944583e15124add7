import { expect } from 'chai';
import { anyUpTo, concurrentBuyersAt } from '../crash/concurrent-buyers.ts';
import { type CrashHarness, startCrashHarness } from '../crash/crash-harness.ts';
import { describeAll } from '../support/extent.ts';
import { type MovingAddress, openMovingAddress } from '../support/moving-address.ts';
import type { Failed } from '../support/shop.ts';
import { type PostgresPair, promote, startPair } from '../support/standby.ts';
import { waitFor } from '../support/wait-for.ts';

const LASTS_MS = 300_000;
const SERVED_WITHIN_MS = 90_000;

describeAll('a synchronous standby of Postgres takes over', function () {
  this.timeout(LASTS_MS);
  let pair: PostgresPair;
  let address: MovingAddress;
  let harness: CrashHarness;
  before(async () => {
    pair = await startPair();
    address = await openMovingAddress(pair.primary.port);
    const moving = new URL(pair.primary.url);
    moving.port = String(address.port);
    harness = await startCrashHarness({ databaseUrl: moving.href, webs: 2, workers: 2 });
  });
  after(async () => {
    await harness?.stop();
    await address?.close();
    await pair?.remove();
  });

  it('the primary is killed under a hundred purchases: 503 while the address leads to a standby, then all complete', async () => {
    const buyers = await concurrentBuyersAt(harness);
    await buyers.send(50, anyUpTo(40));
    await pair.primary.kill();
    address.leadTo(pair.standby.port);
    const others = buyers.send(50);
    await waitFor('all web processes are unready', async () => (await readiness()).every((is) => is === false));
    for (const { url } of harness.shops) await expectUnavailable(url);
    await promote(pair.standby);
    await waitFor('all web processes are ready', async () => (await readiness()).every((is) => is === true));
    await others;
    await buyers.expectAllServed(SERVED_WITHIN_MS);
    for (const failure of ['job.dead.failed', 'http.failed']) expect(harness.said(failure)).to.deep.equal([]);
    expect(harness.ends).to.deep.equal([]);
  });

  const readiness = () =>
    Promise.all(
      harness.shops.map(async ({ url }) => {
        const { checks } = (await (await fetch(`${url}/readyz`)).json()) as { checks: Record<string, boolean> };
        return checks.postgres;
      }),
    );
});

async function expectUnavailable(url: string): Promise<void> {
  const answer = await fetch(`${url}/api/v1/store/cart`, { method: 'POST' });
  const { error } = (await answer.json()) as Failed;
  expect([answer.status, error.code]).to.deep.equal([503, 'DATABASE_UNAVAILABLE']);
  expect(answer.headers.get('retry-after')).to.match(/^\d+$/);
}
