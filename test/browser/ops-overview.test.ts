import { Queue } from 'bullmq';
import { expect } from 'chai';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { queuePrefix } from '../../src/infra/queue/queue.ts';
import { DEVELOPMENT_PASSWORD } from '../../tools/seed/people.ts';
import { type Flow, sharedFlow } from '../flows/stack.ts';
import { waitFor } from '../support/wait-for.ts';
import { axeViolations } from './axe.ts';
import { LOOKS } from './looks.ts';
import { sharedBrowser } from './one-browser.ts';
import { type WatchedPage, watchedPage } from './watch.ts';

const CHARTS = 5;

describe('the overview of the operators’ pages in a browser', function () {
  this.timeout(60_000);
  let flow: Flow;
  let browser: Browser;
  let imports: Queue;
  before(async function () {
    flow = await sharedFlow(this);
    browser = await sharedBrowser(this);
    imports = new Queue('imports', { connection: { url: flow.stack.redisUrl }, prefix: queuePrefix('imports') });
    await flow.shop.buy([{ variantId: await flow.books.stock({ stock: 5 }), quantity: 1 }]);
  });
  after(async () => {
    await imports.close();
  });

  async function openOverview(options: BrowserContextOptions = {}): Promise<WatchedPage> {
    const watched = await watchedPage(browser, options);
    await watched.page.goto(`${flow.stack.url}/ops/sign-in`);
    await watched.page.getByLabel('E-mail address').fill('admin@example.com');
    await watched.page.getByLabel('Password').fill(DEVELOPMENT_PASSWORD);
    await watched.page.getByRole('button', { name: 'Sign in' }).click();
    await watched.page.getByRole('heading', { name: 'What needs a person' }).waitFor();
    return watched;
  }
  async function closeWithoutComplaint(watched: WatchedPage): Promise<void> {
    const complaints = await watched.complaints();
    await watched.close();
    expect(complaints, 'errors on the console, or breaches of the policy').to.deep.equal([]);
  }

  for (const [name, options] of LOOKS) {
    it(`is accessible, with a chart per figure, and as wide as the window ${name}`, async () => {
      const watched = await openOverview(options);
      const { page } = watched;
      await waitFor('the charts are drawn', async () => (await page.locator('.plot canvas').count()) === CHARTS);
      for (const summary of await page.locator('summary').all()) await summary.press('Enter');
      expect(await page.locator('details[open] table').count()).to.equal(CHARTS);
      expect(await axeViolations(page)).to.deep.equal([]);
      const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
      expect(overflow, 'scrolls sideways').to.be.at.most(0);
      await closeWithoutComplaint(watched);
    });
  }

  it('shows a fault without a reload, and leaves the focus where it is', async () => {
    const watched = await openOverview();
    const { page } = watched;
    await page.getByText('Updated every few seconds.').waitFor();
    await page.locator('#overview-signals a', { hasText: 'Reviews to decide' }).focus();
    await imports.pause();
    try {
      await page.locator('li.fault', { hasText: 'Paused queues' }).waitFor();
      await page.locator('#overview-verdict', { hasText: 'Paused queues' }).waitFor();
      const focused = await page.evaluate('document.activeElement.textContent');
      expect(focused, 'the focus').to.include('Reviews to decide');
      await page.locator('li.fault a', { hasText: 'Paused queues' }).press('Enter');
      await page.waitForURL('**/ops/queues/queue/imports**');
    } finally {
      await imports.resume();
    }
    await watched.complaints();
    await watched.close();
  });

  it('shows the same numbers without script, and links to refresh them', async () => {
    const watched = await openOverview({ javaScriptEnabled: false });
    const { page } = watched;
    expect(await page.locator('#overview-verdict').innerText()).to.match(/The shop is well|need|No faults/);
    await page.locator('summary', { hasText: 'Orders per hour as a table' }).click();
    expect(await page.locator('#overview-chart-orders tbody tr').count()).to.equal(24);
    await page.getByRole('link', { name: 'Refresh' }).click();
    expect(new URL(page.url()).pathname).to.equal('/ops');
    await watched.close();
  });
});
