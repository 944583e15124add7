import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { answersOk } from '../../tools/stack/readiness.ts';
import type { Stack } from '../../tools/stack/stack.ts';
import { expectInvariants, expectMoneyAccounted, expectQuiet } from '../crash/accounts.ts';
import { reconcile, reportOf } from '../support/auditor.ts';
import { type Books, openBooks } from '../support/books.ts';
import { runsAll } from '../support/extent.ts';
import { openShop, type Shop } from '../support/shop.ts';
import { clearFaults } from '../support/simulator.ts';
import { openStaffClient } from '../support/staff-client.ts';
import { waitFor } from '../support/wait-for.ts';
import { ATTACKS, WrongAnswer } from './attacks.ts';
import { anyOf, buy } from './buyers.ts';
import { FAULTS } from './faults.ts';
import { startWatchedStack, type Watched, watchedShop } from './watched-stack.ts';

/** Ten minutes with all tests, or as many as somebody says. */
const MINUTES = Number(process.env.FAULT_MINUTES || (runsAll ? 10 : 0));
const BUYERS = 64;
const READY_AGAIN_MS = 60_000;
const SERVED_WITHIN_MS = 180_000;
/** Every minute left some six hundred checkouts to be compared with the provider. */
const RECONCILED_WITHIN_MS = 60_000 + 10_000 * MINUTES;
/** So many wrong answers, and lines of the log about them, a failure shows. */
const SHOWN = 5;
const LIVES_SHOWN = 100;
/** Between two faults the shop gets time to show that it works. */
const CALM_MS = 2_000;

const describeLong = MINUTES > 0 ? describe : () => undefined;

describeLong(`${BUYERS} buyers and ${MINUTES} minutes of random faults and attacks`, function () {
  this.timeout(MINUTES * 60_000 + 20 * 60_000);
  const watched: Watched = { wrongAnswers: [], failures: [], ends: [], lives: [], stuck: [] };
  let folder: string;
  let stack: Stack;
  let books: Books;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vcecom-endurance-'));
    await chmod(folder, 0o755);
    stack = await startWatchedStack(folder, watched);
    books = openBooks(stack);
  });
  afterEach(function () {
    if (this.currentTest?.state === 'failed') console.log(watched.lives.slice(-LIVES_SHOWN).join('\n'));
  });
  after(async () => {
    await books?.close();
    await stack?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('are survived: no wrong answer, no process that stays away, every account agrees', async () => {
    const shops = stack.run().processes.web.map(({ url }) => watchedShop(url, watched));
    const variantIds = await Promise.all([...'abcde'].map(() => books.stock({ stock: 1_000_000, price: 49_900 })));
    const productIds = await productsOf(books);
    const endsAt = Date.now() + MINUTES * 60_000;
    const [ids, faults, attacks] = await Promise.all([
      buy({ endsAt, count: BUYERS, shops, variantIds }),
      causeFaults(stack, endsAt),
      attack({ shops, endsAt, productIds, watched }),
    ]);
    await clearFaults(stack.simulatorUrl);
    await everythingReady(stack);
    await expectSettled(stack, books, ids);
    for (const { url } of shops) {
      const bought = await openShop(url).buy([{ variantId: anyOf(variantIds), quantity: 1 }]);
      expect(bought.state).to.equal('COMPLETED');
    }
    const told = [...watched.wrongAnswers.slice(0, SHOWN), ...watched.failures.slice(0, SHOWN)].join('\n');
    expect(watched.wrongAnswers, told).to.deep.equal([]);
    expect(watched.stuck).to.deep.equal([]);
    console.log(reportOfRun({ ids, faults, attacks, ends: watched.ends }));
  });
});

const productsOf = async ({ query }: Books): Promise<string[]> =>
  (await query<{ id: string }>(`select id from products where status = 'active' limit 60`)).map(({ id }) => id);

/** @returns how often there was each */
async function causeFaults(stack: Stack, endsAt: number): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  while (Date.now() < endsAt) {
    const [title, fault] = anyOf(Object.entries(FAULTS));
    await fault(stack);
    counts[title] = (counts[title] ?? 0) + 1;
    await pause(CALM_MS);
  }
  return counts;
}

interface Assault {
  shops: readonly Shop[];
  endsAt: number;
  productIds: readonly string[];
  watched: Watched;
}

/** @returns how often there was each */
async function attack({ shops, endsAt, productIds, watched }: Assault): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  while (Date.now() < endsAt) {
    const [title, attempt] = anyOf(Object.entries(ATTACKS));
    // A process that is killed answers nobody; what it answered is looked at where it was asked.
    await attempt(anyOf(shops), productIds).catch((error) => {
      if (error instanceof WrongAnswer) watched.wrongAnswers.push(error.message);
    });
    counts[title] = (counts[title] ?? 0) + 1;
    await pause(CALM_MS);
  }
  return counts;
}

async function everythingReady(stack: Stack): Promise<void> {
  for (const { url } of stack.run().processes.web)
    await waitFor(`web is ready at ${url}`, () => answersOk(`${url}/readyz`), READY_AGAIN_MS);
}

/** Everything accepted came to its end, with money, stock, orders and payments in agreement, here and at the provider. */
async function expectSettled(stack: Stack, books: Books, ids: readonly string[]): Promise<void> {
  const { databaseUrl, simulatorUrl: simulator } = stack;
  await expectQuiet({ books, simulator }, SERVED_WITHIN_MS);
  const staff = await openStaffClient(stack.url);
  const report = await reportOf(staff, await reconcile(staff, 'recent', RECONCILED_WITHIN_MS));
  await expectQuiet({ books, simulator }, SERVED_WITHIN_MS);
  await expectMoneyAccounted({ books, simulator }, ids);
  await expectInvariants({ databaseUrl, simulator });
  expect(report.filter(({ state }) => state !== 'healed' && state !== 'gone')).to.deep.equal([]);
}

interface Run {
  ids: readonly string[];
  faults: Record<string, number>;
  attacks: Record<string, number>;
  ends: readonly string[];
}

function reportOfRun({ ids, faults, attacks, ends }: Run): string {
  const ended = Object.entries(Object.groupBy(ends, (end) => end)).map(([end, all]) => [end, all?.length] as const);
  const rows = [...Object.entries(faults), ...Object.entries(attacks), ...ended];
  const lines = rows.map(([what, count]) => `      ${String(count).padStart(5)}  ${what}`);
  return [`      ${ids.length} checkouts in ${MINUTES} minutes`, ...lines].join('\n');
}
