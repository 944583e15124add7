import type { Role } from '../../tools/stack/fleet.ts';
import { scaled } from '../support/pace.ts';
import { clearFaults } from '../support/simulator.ts';
import { waitFor } from '../support/wait-for.ts';
import { expectInvariants, expectQuiet } from './accounts.ts';
import type { Case } from './cases.ts';
import type { CrashHarness } from './crash-harness.ts';
import { expectEnded } from './endings.ts';
import { beginAt } from './scenarios.ts';

/** From the kill to the end of the purchase. */
export const ENDED_WITHIN_MS = 15_000;
/** From the kill of a worker to the next thing that is done. */
const RESUMED_WITHIN_MS = 10_000;
/** From the arming of a failpoint, or from the kill before, to the process that reaches it. */
export const REACHED_WITHIN_MS = 15_000;
/** A command that nobody waits for may have to wait for a second redelivery. */
const QUIET_WITHIN_MS = 20_000;

/**
 * Lets a scenario run into a failpoint and proves that the process was killed there, came back, and that the purchase
 * ended as it has to.
 * @returns how long that took from the last kill, in milliseconds.
 */
export async function runCase(harness: CrashHarness, { kills, scenario }: Case): Promise<number> {
  await harness.ready();
  const at = await beginAt(harness);
  const prepared = await scenario.prepare(at);
  if (prepared) await expectQuiet(harness, QUIET_WITHIN_MS);
  try {
    const areKilled = killOneByOne(harness, kills);
    areKilled.catch(() => undefined);
    const acting = scenario.act(at, prepared);
    const hasEnded = acting.then((checkout) => expectEnded(scenario, at, checkout));
    hasEnded.catch(() => undefined);
    const killedAt = await areKilled;
    if (kills.at(-1)?.startsWith('worker:')) await expectResumed(harness, hasEnded);
    await hasEnded;
    const ms = Math.round(performance.now() - killedAt);
    if (ms > scaled(ENDED_WITHIN_MS)) throw new Error(`the purchase ended only ${ms} ms after the kill`);
    await expectQuiet(harness, QUIET_WITHIN_MS);
    await expectInvariants(harness);
    return ms;
  } finally {
    harness.disarm();
    await clearFaults(harness.simulator);
  }
}

/** Arms one failpoint after the other was reached. @returns the moment of the last kill. */
async function killOneByOne(harness: CrashHarness, failpoints: string[]): Promise<number> {
  let killedAt = 0;
  for (const failpoint of failpoints) {
    const isKilled = expectKill(harness, failpoint);
    // The relay is armed while a command waits for it: its round is not to be spent on nothing.
    if (failpoint.includes(':relay.')) await harness.books.query(`update outbox set due_at = now()`);
    killedAt = await isKilled;
  }
  return killedAt;
}

/** Whatever the killed worker left is taken up: another row is done, unless the purchase is at its end already. */
async function expectResumed({ books }: CrashHarness, hasEnded: Promise<void>): Promise<void> {
  const before = await progress(books);
  let isOver = false;
  const ending = hasEnded.finally(() => {
    isOver = true;
  });
  // Looking on after the end would outlast the tests.
  const isTakenUp = async () => isOver || (await progress(books)) !== before;
  await Promise.race([ending, waitFor('the work was taken up again', isTakenUp, RESUMED_WITHIN_MS)]);
}

const progress = async ({ query }: CrashHarness['books']): Promise<string | undefined> => {
  const [row] = await query<{ done: string }>(
    `select concat_ws(' ', (select sum(steps) from checkouts), (select count(*) from outbox),
      (select count(finished_at) from payment_operations), (select count(processed_at) from webhook_inbox)) as done`,
  );
  return row?.done;
};

const roleOf = (failpoint: string): 'web' | 'worker' => (failpoint.startsWith('web:') ? 'web' : 'worker');

/** Arms a failpoint; answers when it was used up and another process runs, with the moment of the kill. */
async function expectKill(harness: CrashHarness, failpoint: string): Promise<number> {
  const role: Role = roleOf(failpoint);
  const pid = harness.pid(role);
  harness.arm(failpoint);
  const isUsedUp = () => harness.armed() === undefined;
  await waitFor(`${failpoint} was reached`, isUsedUp, REACHED_WITHIN_MS);
  const killedAt = performance.now();
  await waitFor(`${role} was started again`, () => harness.pid(role) !== pid, REACHED_WITHIN_MS);
  return killedAt;
}
