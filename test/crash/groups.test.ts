import type { Role } from '../../tools/stack/fleet.ts';
import { someOf } from '../support/extent.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Trial, trials } from './campaign.ts';
import { concurrentBuyersAt } from './concurrent-buyers.ts';
import type { CrashHarness } from './crash-harness.ts';

/** All that is done in groups. The provider's own events are news only of those who pay there. */
const GROUPED: [role: Role, name: string, pays?: 'at the provider'][] = [
  ['web', 'cart.create'],
  ['web', 'cart.edit'],
  ['web', 'checkout.start'],
  ['web', 'webhook.receive'],
  ['worker', 'checkout.advance'],
  ['worker', 'payments.execute'],
  ['worker', 'payments.notices', 'at the provider'],
  ['worker', 'mail.send'],
];

const BUYERS = 24;
/** Crowds come until a group of at least three is under way. */
const CROWDS = 5;
const REACHED_WITHIN_MS = 10_000;
const SERVED_WITHIN_MS = 40_000;

describe('a process is killed while a group of at least three is under way', () => {
  const kills = GROUPED.flatMap(([role, name, pays]) =>
    ['before', 'after'].map((moment): Trial => {
      const failpoint = `${role}:${name}.${moment}-commit-of-many`;
      return {
        title: `${failpoint}: each purchase ends once`,
        run: (harness) => killInGroup(harness, failpoint, pays),
      };
    }),
  );
  trials(someOf(kills, 0, 8));
});

async function killInGroup(harness: CrashHarness, failpoint: string, pays: 'by card' | 'at the provider' = 'by card') {
  await harness.ready();
  const role: Role = failpoint.startsWith('web:') ? 'web' : 'worker';
  const buyers = await concurrentBuyersAt(harness, pays);
  const old = harness.pid(role);
  harness.arm(failpoint);
  const isReached = () => harness.armed() === undefined;
  try {
    for (let n = 0; n < CROWDS && !isReached(); n++) {
      await buyers.send(BUYERS);
      await waitFor(`${failpoint} was reached`, isReached, n < CROWDS - 1 ? 1_000 : REACHED_WITHIN_MS).catch(
        (error) => {
          if (n === CROWDS - 1) throw error;
        },
      );
    }
  } finally {
    harness.disarm();
  }
  await waitFor(`another ${role} process runs`, () => harness.pid(role) !== old);
  await harness.ready();
  await buyers.expectAllServed(SERVED_WITHIN_MS);
}
