import { expect } from 'chai';
import { scaled } from '../support/pace.ts';
import { waitFor } from '../support/wait-for.ts';
import { expectInvariants, expectQuiet } from './accounts.ts';
import { type Trial, trials } from './campaign.ts';
import type { CrashHarness } from './crash-harness.ts';
import { expectEnded } from './endings.ts';
import { ENDED_WITHIN_MS, REACHED_WITHIN_MS } from './kill-at.ts';
import { beginAt, byCard } from './scenarios.ts';

const QUIET_WITHIN_MS = 10_000;

describe('a worker is killed twice on the same job', () => {
  trials(
    [
      'worker:checkout.advance.before-commit',
      'worker:payments.open.before-call',
      'worker:payments.open.after-call',
      'worker:payments.execute.before-commit',
    ].map(
      (failpoint): Trial => ({
        title: `at ${failpoint}: the job is resumed each time`,
        run: (harness) => killTwice(harness, failpoint),
      }),
    ),
  );
});

/** The second kill proves that the job was taken up after the first, the purchase's end that it was after the second. */
async function killTwice(harness: CrashHarness, failpoint: string): Promise<void> {
  await harness.ready();
  const at = await beginAt(harness);
  const first = harness.pid('worker');
  harness.arm(`${failpoint}*2`);
  const acting = byCard.act(at, undefined);
  acting.catch(() => undefined);
  await waitFor('the worker was killed once', () => harness.armed() === `${failpoint}*1`);
  await waitFor('the worker was killed twice', () => harness.armed() === undefined, REACHED_WITHIN_MS);
  const killedAt = performance.now();
  await expectEnded(byCard, at, await acting);
  expect(performance.now() - killedAt, 'ms from the second kill to the order').to.be.below(scaled(ENDED_WITHIN_MS));
  expect(harness.pid('worker')).not.to.equal(first);
  expect(harness.said('job.dead.failed')).to.deep.equal([]);
  await expectQuiet(harness, QUIET_WITHIN_MS);
  await expectInvariants(harness);
}
