import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { hook, makeBasket, openShop, readBasket, type Shop } from '../api/sample-shop.ts';
import { axeViolations } from './axe.ts';
import { sharedBrowser } from './one-browser.ts';
import { type WatchedPage, watchedPage } from './watch.ts';

describe('the page of the API', function () {
  this.timeout(30_000);
  let browser: Browser;
  let shop: Shop;
  let watched: WatchedPage;

  before(async function () {
    browser = await sharedBrowser(this);
    shop = await openShop([readBasket, makeBasket, hook]);
  });
  after(async () => {
    await shop?.close();
  });
  beforeEach(async () => {
    watched = await watchedPage(browser);
    await watched.page.goto(`${shop.url}/api/v1/docs`);
    await watched.page.getByText('Makes a basket').waitFor();
  });
  afterEach(() => watched.close());

  it('shows every operation, and nothing in it is refused or fails', async () => {
    const { page, complaints } = watched;
    expect(await page.title()).to.equal('VCEcom API');
    const paths = await page.locator('.opblock-summary-path').all();
    const shown = await Promise.all(paths.map((path) => path.getAttribute('data-path')));
    expect(shown).to.have.members(['/baskets/{id}', '/baskets', '/hooks/{provider}', '/api/v1/openapi.json']);
    expect(await complaints()).to.deep.equal([]);
  });

  it('unfolds an operation to what it takes and answers', async () => {
    const { page, complaints } = watched;
    await page.getByText('Makes a basket').click();
    await page.getByText('INSUFFICIENT_INVENTORY').first().waitFor();
    await page.getByRole('button', { name: 'Try it out' }).click();
    await page.getByRole('button', { name: 'Execute' }).waitFor();
    expect(await complaints()).to.deep.equal([]);
  });

  it('can be looked at by axe; what it finds is somebody else’s, so it is only told', async () => {
    for (const violation of await axeViolations(watched.page)) console.log(`        ${violation.split(':')[0]}`);
  });
});
