import { anyUpTo, concurrentBuyersAt } from '../crash/concurrent-buyers.ts';
import type { CrashHarness } from '../crash/crash-harness.ts';

const BUYERS = 100;
const SERVED_WITHIN_MS = 90_000;

/**
 * A hundred purchases, shared among the web processes: half before `disturb`, half during it. Every one of them becomes one
 * order and one charge.
 */
export async function buyWhile(harness: CrashHarness, disturb: () => Promise<void>): Promise<void> {
  const all = await Promise.all(harness.shops.map((shop) => concurrentBuyersAt({ ...harness, shop })));
  const share = BUYERS / all.length / 2;
  const send = (accepted: () => number) => Promise.all(all.map((buyers) => buyers.send(share, accepted())));
  await send(() => anyUpTo(share));
  await Promise.all([disturb(), send(() => share)]);
  for (const buyers of all) await buyers.expectAllServed(SERVED_WITHIN_MS);
}
