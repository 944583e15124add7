import { expect } from 'chai';
import type { Role } from '../../tools/stack/fleet.ts';
import { answersOk } from '../../tools/stack/readiness.ts';
import { describeAll } from '../support/extent.ts';
import { waitFor } from '../support/wait-for.ts';
import { trials } from './campaign.ts';
import { anyUpTo, concurrentBuyersAt } from './concurrent-buyers.ts';
import type { CrashHarness } from './crash-harness.ts';

const SERVED_WITHIN_MS = 60_000;
const STARTED_WITHIN_MS = 30_000;
/** What a process has to finish its work before it is cut off, and a little for the operating system. */
const STOPPED_WITHIN_MS = 11_000;

describeAll('processes end while a hundred purchases are under way', () => {
  trials(
    [
      { title: 'web is killed five times, twice between commit and enqueue: nothing is lost', run: killWeb },
      { title: 'the worker is killed ten times: nothing is lost', run: killWorker },
      { title: 'web and worker are asked to stop, twice: they end in order and on time', run: askToStop },
    ],
    { isLong: true },
  );
});

async function killWeb(harness: CrashHarness): Promise<void> {
  const buyers = await concurrentBuyersAt(harness);
  for (let kill = 1; kill <= 5; kill++) {
    const old = harness.pid('web');
    if (kill % 2 === 0) {
      harness.arm('web:checkout.start.after-commit');
      const sent = buyers.send(20);
      await waitFor('web was killed after a commit', () => harness.armed() === undefined);
      await sent;
    } else {
      await buyers.send(20, anyUpTo(15));
      harness.kill('web');
    }
    await replaced(harness, 'web', old);
  }
  await buyers.expectAllServed(SERVED_WITHIN_MS);
}

async function killWorker(harness: CrashHarness): Promise<void> {
  const buyers = await concurrentBuyersAt(harness);
  for (let kill = 1; kill <= 10; kill++) {
    const old = harness.pid('worker');
    await buyers.send(10, anyUpTo(10));
    harness.kill('worker');
    await replaced(harness, 'worker', old);
  }
  await buyers.expectAllServed(SERVED_WITHIN_MS);
  expect(harness.said('job.dead.failed')).to.deep.equal([]);
}

/** Another process is there and does its work. */
async function replaced(harness: CrashHarness, role: Role, old: number): Promise<void> {
  await waitFor(`another ${role} process runs`, () => harness.pid(role) !== old);
  if (role === 'web') await waitFor('web answers', () => answersOk(`${harness.shop.url}/healthz`), STARTED_WITHIN_MS);
  await harness.ready();
}

async function askToStop(harness: CrashHarness): Promise<void> {
  await harness.ready();
  const [buyers, ended] = [await concurrentBuyersAt(harness), harness.ends.length];
  const old = { web: harness.pid('web'), worker: harness.pid('worker') };
  await buyers.send(100, 40 + anyUpTo(20));
  for (const role of ['web', 'worker', 'web', 'worker'] as const) harness.kill(role, 'SIGTERM');
  const haveEnded = () => harness.ends.length >= ended + 2;
  await waitFor('both have ended', haveEnded, STOPPED_WITHIN_MS);
  expect(harness.ends.slice(ended).sort()).to.deep.equal(['web: exit code 0', 'worker: exit code 0']);
  await Promise.all([replaced(harness, 'web', old.web), replaced(harness, 'worker', old.worker)]);
  await buyers.expectAllServed(SERVED_WITHIN_MS);
  for (const event of ['job.retried', 'job.dead.failed', 'process.stop.forced', 'process.stop.failed']) {
    expect(harness.said(event), event).to.deep.equal([]);
  }
  expect(harness.ends.slice(ended)).to.have.length(2);
}
