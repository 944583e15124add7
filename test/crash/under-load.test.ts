import { expect } from 'chai';
import type { Role } from '../../tools/stack/fleet.ts';
import { answersOk } from '../../tools/stack/readiness.ts';
import { describeAll } from '../support/extent.ts';
import { waitFor } from '../support/wait-for.ts';
import { trials } from './campaign.ts';
import { anyUpTo, crowdAt } from './crowd.ts';
import type { Stand } from './stand.ts';

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

async function killWeb(stand: Stand): Promise<void> {
  const crowd = await crowdAt(stand);
  for (let kill = 1; kill <= 5; kill++) {
    const old = stand.pid('web');
    if (kill % 2 === 0) {
      stand.arm('web:checkout.start.after-commit');
      const sent = crowd.send(20);
      await waitFor('web was killed after a commit', () => stand.armed() === undefined);
      await sent;
    } else {
      await crowd.send(20, anyUpTo(15));
      stand.kill('web');
    }
    await replaced(stand, 'web', old);
  }
  await crowd.expectAllServed(SERVED_WITHIN_MS);
}

async function killWorker(stand: Stand): Promise<void> {
  const crowd = await crowdAt(stand);
  for (let kill = 1; kill <= 10; kill++) {
    const old = stand.pid('worker');
    await crowd.send(10, anyUpTo(10));
    stand.kill('worker');
    await replaced(stand, 'worker', old);
  }
  await crowd.expectAllServed(SERVED_WITHIN_MS);
  expect(stand.said('job.dead.failed')).to.deep.equal([]);
}

/** Another process is there and does its work. */
async function replaced(stand: Stand, role: Role, old: number): Promise<void> {
  await waitFor(`another ${role} process runs`, () => stand.pid(role) !== old);
  if (role === 'web') await waitFor('web answers', () => answersOk(`${stand.shop.url}/healthz`), STARTED_WITHIN_MS);
  await stand.ready();
}

async function askToStop(stand: Stand): Promise<void> {
  await stand.ready();
  const [crowd, ended] = [await crowdAt(stand), stand.ends.length];
  const old = { web: stand.pid('web'), worker: stand.pid('worker') };
  await crowd.send(100, 40 + anyUpTo(20));
  for (const role of ['web', 'worker', 'web', 'worker'] as const) stand.kill(role, 'SIGTERM');
  const haveEnded = () => stand.ends.length >= ended + 2;
  await waitFor('both have ended', haveEnded, STOPPED_WITHIN_MS);
  expect(stand.ends.slice(ended).sort()).to.deep.equal(['web: exit code 0', 'worker: exit code 0']);
  await Promise.all([replaced(stand, 'web', old.web), replaced(stand, 'worker', old.worker)]);
  await crowd.expectAllServed(SERVED_WITHIN_MS);
  for (const event of ['job.retried', 'job.dead.failed', 'process.stop.forced', 'process.stop.failed']) {
    expect(stand.said(event), event).to.deep.equal([]);
  }
  expect(stand.ends.slice(ended)).to.have.length(2);
}
