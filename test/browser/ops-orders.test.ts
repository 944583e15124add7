import { expect } from 'chai';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { DEVELOPMENT_PASSWORD } from '../../tools/seed/people.ts';
import { type Flow, sharedFlow } from '../flows/stack.ts';
import { someOf } from '../support/extent.ts';
import { waitFor } from '../support/wait-for.ts';
import { axeViolations } from './axe.ts';
import { LOOKS } from './looks.ts';
import { sharedBrowser } from './one-browser.ts';
import { type WatchedPage, watchedPage } from './watch.ts';

describe('the operators’ pages of orders in a browser', function () {
  this.timeout(60_000);
  let flow: Flow;
  let browser: Browser;
  let orderId = '';
  let checkoutId = '';
  before(async function () {
    flow = await sharedFlow(this);
    browser = await sharedBrowser(this);
    const variantId = await flow.books.stock({ stock: 5 });
    const checkout = await flow.shop.buy([{ variantId, quantity: 2 }]);
    orderId = checkout.orderId ?? '';
    checkoutId = checkout.id;
  });

  const at = (path: string) => `${flow.stack.url}${path}`;
  const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();

  async function openAs(email: string, options: BrowserContextOptions = {}): Promise<WatchedPage> {
    const watched = await watchedPage(browser, options);
    await watched.page.goto(at('/ops/sign-in'));
    await watched.page.getByLabel('E-mail address').fill(email);
    await watched.page.getByLabel('Password').fill(DEVELOPMENT_PASSWORD);
    await press(watched.page, 'Sign in');
    return watched;
  }

  async function closeWithoutComplaint(watched: WatchedPage): Promise<void> {
    const complaints = await watched.complaints();
    await watched.close();
    expect(complaints, 'errors on the console, or breaches of the policy').to.deep.equal([]);
  }

  it('pack and ship an order with the keyboard, and show its invoice', async () => {
    const watched = await openAs('orders@example.com');
    const { page } = watched;
    await page.goto(at('/ops/orders'));
    await page.locator(`a[href="/ops/orders/${orderId}"]`).click();
    for (const [command, state] of [
      ['Start packing', 'PROCESSING'],
      ['Ship units', 'SHIPPED'],
    ] as const) {
      await page.locator('summary', { hasText: command }).press('Enter');
      await page.getByRole('button', { name: command }).press('Enter');
      await page.getByRole('status').waitFor();
      await waitFor(`the order is ${state}`, async () => {
        await page.goto(at(`/ops/orders/${orderId}`));
        return (await page.locator('dd .state').first().textContent()) === state;
      });
    }
    expect(await page.getByRole('heading', { name: 'Parcels' }).count()).to.equal(1);
    const [audited] = await flow.books.query<{ count: number }>(
      `select count(*)::int from audit_log where target_id = $1 and action in ('order.process', 'order.ship')`,
      [orderId],
    );
    expect(audited?.count).to.equal(2);
    await waitFor('the invoice is issued', async () => {
      await page.goto(at(`/ops/orders/${orderId}`));
      return (await page.getByRole('heading', { name: 'Documents' }).count()) === 1;
    });
    const link = (await page.locator('a[href$="/invoice"]').getAttribute('href')) ?? '';
    const invoice = await page.request.get(at(link));
    expect(invoice.headers()['content-type']).to.equal('application/pdf');
    await closeWithoutComplaint(watched);
  });

  for (const [place, [name, options]] of LOOKS.entries()) {
    it(`are accessible and as wide as the window ${name}`, async () => {
      const watched = await openAs('orders@example.com', options);
      const { page } = watched;
      const paths = [
        '/ops',
        '/ops/orders',
        '/ops/orders?number=x',
        '/ops/checkouts',
        '/ops/payments',
        '/ops/refunds',
        '/ops/returns',
        '/ops/system',
        '/',
        `/ops/orders/${orderId}`,
        `/ops/orders/${orderId}/replay`,
        `/ops/checkouts/${checkoutId}`,
        '/ops/nowhere',
      ];
      for (const path of someOf(paths, place, LOOKS.length)) {
        await page.goto(at(path));
        for (const summary of await page.locator('summary').all()) await summary.click();
        expect(await axeViolations(page), path).to.deep.equal([]);
        const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
        expect(overflow, `${path} scrolls sideways`).to.be.at.most(0);
      }
      await closeWithoutComplaint(watched);
    });
  }

  it('of reviews are accessible, and not linked for who may not moderate', async () => {
    const watched = await openAs('support@example.com');
    await watched.page.getByRole('navigation', { name: 'Areas' }).getByRole('link', { name: 'Reviews' }).click();
    await watched.page.getByRole('heading', { name: 'Reviews' }).waitFor();
    expect(await axeViolations(watched.page)).to.deep.equal([]);
    await closeWithoutComplaint(watched);
    const other = await openAs('orders@example.com');
    expect(await other.page.getByRole('link', { name: 'Reviews' }).count()).to.equal(0);
    await closeWithoutComplaint(other);
  });
});
