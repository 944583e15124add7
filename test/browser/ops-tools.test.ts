import { randomUUID } from 'node:crypto';
import { Queue } from 'bullmq';
import { expect } from 'chai';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { newId } from '../../src/infra/ids.ts';
import { queuePrefix } from '../../src/infra/queue/queue.ts';
import { DEVELOPMENT_PASSWORD } from '../../tools/seed/people.ts';
import { type Flow, sharedFlow } from '../flows/stack.ts';
import { someOf } from '../support/extent.ts';
import { waitFor } from '../support/wait-for.ts';
import { axeViolations } from './axe.ts';
import { LOOKS } from './looks.ts';
import { sharedBrowser } from './one-browser.ts';
import { type WatchedPage, watchedPage } from './watch.ts';

describe('the operators’ pages of stock, reconciliation and failures in a browser', function () {
  this.timeout(60_000);
  let flow: Flow;
  let browser: Browser;
  let payments: Queue;
  let variantId = '';
  let discrepancyId = '';
  const jobId = `broken-${randomUUID()}`;
  before(async function () {
    flow = await sharedFlow(this);
    browser = await sharedBrowser(this);
    payments = new Queue('payments', { connection: { url: flow.stack.redisUrl }, prefix: queuePrefix('payments') });
    variantId = await flow.books.stock({ stock: 5 });
    discrepancyId = await plantDiscrepancy();
    const job = await payments.add('payments.ask', {}, { jobId });
    await waitFor('the job has failed', () => job.isFailed());
  });
  after(async () => {
    await (await payments?.getJob(jobId))?.remove();
    await payments?.close();
  });

  const at = (path: string) => `${flow.stack.url}${path}`;

  async function plantDiscrepancy(): Promise<string> {
    const [runId, id] = [newId(), newId()];
    await flow.books.query(
      `insert into reconciliation_runs (id, kind, started_by, state, phase, since, started_at, updated_at, finished_at)
        values ($1, 'recent', 'schedule', 'done', 'end', now(), now(), now(), now())`,
      [runId],
    );
    const facts = { checkoutId: newId(), ours: { captured: 500 }, theirs: { received: 700 } };
    await flow.books.query(
      `insert into discrepancies (id, run_id, last_run_id, kind, subject, severity, facts, state, found_at, seen_at)
        values ($1, $2, $2, 'provider.amount-differs', $3, 'critical', $4, 'person', now(), now())`,
      [id, runId, `checkoutId=${facts.checkoutId}`, JSON.stringify(facts)],
    );
    return id;
  }

  async function openAs(email: string, options: BrowserContextOptions = {}): Promise<WatchedPage> {
    const watched = await watchedPage(browser, options);
    await watched.page.goto(at('/ops/sign-in'));
    await watched.page.getByLabel('E-mail address').fill(email);
    await watched.page.getByLabel('Password').fill(DEVELOPMENT_PASSWORD);
    await watched.page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await watched.page.getByRole('button', { name: 'Sign out' }).waitFor();
    return watched;
  }

  async function closeWithoutComplaint(watched: WatchedPage): Promise<void> {
    const complaints = await watched.complaints();
    await watched.close();
    expect(complaints, 'errors on the console, or breaches of the policy').to.deep.equal([]);
  }

  for (const [place, [name, options]] of LOOKS.entries()) {
    it(`are accessible and as wide as the window ${name}`, async () => {
      const watched = await openAs('admin@example.com', options);
      const { page } = watched;
      const paths = [
        '/ops/stock?below=6',
        `/ops/stock/${variantId}`,
        '/ops/reconciliation',
        `/ops/reconciliation/${discrepancyId}`,
        '/ops/reconciliation/runs',
        '/ops/notifications',
        '/ops/jobs',
        '/ops/jobs/payments',
      ];
      for (const path of someOf(paths, place, LOOKS.length)) {
        await page.goto(at(path));
        for (const summary of await page.locator('summary').all()) await summary.click();
        expect(await axeViolations(page), path).to.deep.equal([]);
        const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
        expect(overflow, `${path} scrolls sideways`).to.be.at.most(0);
      }
      await page.goto(at('/ops/queues'));
      await page.getByText('payments').first().waitFor();
      await page.getByRole('link', { name: 'VCEcom operations' }).click();
      expect(new URL(page.url()).pathname, 'the way back').to.equal('/ops');
      await closeWithoutComplaint(watched);
    });
  }

  it('correct a stock level and decide a discrepancy with the keyboard', async () => {
    const watched = await openAs('admin@example.com');
    const { page } = watched;
    await page.goto(at(`/ops/stock/${variantId}`));
    await openWithEnter(page, 'Record a count');
    await page.getByLabel('Counted units on hand').fill('4');
    await page.getByRole('button', { name: 'Record a count' }).press('Enter');
    await page.getByRole('status').waitFor();
    expect(await flow.books.level(variantId)).to.deep.include({ onHand: 4 });
    await page.goto(at(`/ops/reconciliation/${discrepancyId}`));
    await openWithEnter(page, 'Mark as resolved');
    await page.getByLabel('What was done').fill('refunded the difference');
    await page.getByRole('button', { name: 'Mark as resolved' }).press('Enter');
    await page.getByRole('status').waitFor();
    expect(await page.getByRole('button', { name: 'Mark as resolved' }).count()).to.equal(0);
    await closeWithoutComplaint(watched);
  });

  const openWithEnter = (page: Page, summary: string) => page.locator('summary', { hasText: summary }).press('Enter');

  it('offer no change of a queue to who may only look', async () => {
    const watched = await openAs('orders@example.com');
    const { page } = watched;
    await page.goto(at('/ops/jobs/payments'));
    expect(await page.getByRole('button', { name: 'Run again' }).count()).to.equal(0);
    await page.goto(at('/ops/queues/queue/payments?status=failed'));
    await page.getByText(jobId).first().waitFor();
    for (const name of ['Retry all', 'Clean all', 'Pause', 'Obliterate'])
      expect(await page.getByRole('button', { name }).count(), name).to.equal(0);
    await closeWithoutComplaint(watched);
  });
});
