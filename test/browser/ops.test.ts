import { randomUUID } from 'node:crypto';
import { Queue } from 'bullmq';
import { expect } from 'chai';
import { TOTP } from 'otpauth';
import type { Browser, Page } from 'playwright-core';
import { queuePrefix } from '../../src/infra/queue/queue.ts';
import { DEVELOPMENT_PASSWORD } from '../../tools/seed/people.ts';
import { type Flow, sharedFlow } from '../flows/stack.ts';
import { waitFor } from '../support/wait-for.ts';
import { axeViolations } from './axe.ts';
import { sharedBrowser } from './one-browser.ts';
import { type WatchedPage, watchedPage } from './watch.ts';

const ADMIN = 'admin@example.com';

describe('the operators’ pages in a browser', function () {
  this.timeout(60_000);
  let flow: Flow;
  let browser: Browser;
  let payments: Queue;
  let watched: WatchedPage;
  let page: Page;
  let secret = '';
  before(async function () {
    flow = await sharedFlow(this);
    browser = await sharedBrowser(this);
    payments = new Queue('payments', { connection: { url: flow.stack.redisUrl }, prefix: queuePrefix('payments') });
  });
  after(async () => {
    await forgetSecondFactor();
    await payments.close();
  });
  beforeEach(async () => {
    watched = await watchedPage(browser);
    page = watched.page;
  });
  afterEach(async () => {
    const complaints = await watched.complaints();
    await watched.close();
    expect(complaints, 'errors on the console, or breaches of the policy').to.deep.equal([]);
  });

  const at = (path: string) => `${flow.stack.url}${path}`;
  const press = (name: string) => page.getByRole('button', { name }).first().click();
  const alert = () => page.getByRole('alert').textContent();

  async function signIn(email: string, password = DEVELOPMENT_PASSWORD): Promise<void> {
    await page.goto(at('/ops/sign-in'));
    await page.getByLabel('E-mail address').fill(email);
    await page.getByLabel('Password').fill(password);
    await press('Sign in');
  }
  /** Each code works once: as if the next half minute had come. */
  async function giveCode(button: string): Promise<void> {
    await flow.books.query('update accounts set totp_last_step = 0');
    await page.getByRole('textbox', { name: 'Code' }).fill(new TOTP({ secret }).generate());
    await press(button);
  }
  /** The other flows share the shop: who signs in there has no telephone. */
  async function forgetSecondFactor(): Promise<void> {
    await flow.books.query(`update accounts set totp_secret = null, totp_confirmed_at = null, totp_last_step = 0`);
    await flow.books.query('delete from recovery_codes');
  }

  it('lead to the sign-in, and refuse a wrong password and a customer in the same words', async () => {
    await page.goto(at('/ops/queues'));
    expect(new URL(page.url()).pathname).to.equal('/ops/sign-in');
    expect(await axeViolations(page)).to.deep.equal([]);
    await signIn(ADMIN, 'not the password');
    const said = await alert();
    await signIn('customer@example.com');
    expect(await alert()).to.equal(said);
    expect(said).to.equal('The e-mail address or the password is wrong.');
  });

  it('take no form without its proof', async () => {
    await page.goto(at('/ops/sign-in'));
    await page.locator('input[name=proof]').evaluate((field) => field.remove());
    await page.getByLabel('E-mail address').fill(ADMIN);
    await page.getByLabel('Password').fill(DEVELOPMENT_PASSWORD);
    await press('Sign in');
    expect(await alert()).to.contain('did not come from this site');
    await page.goto(at('/ops'));
    expect(new URL(page.url()).pathname).to.equal('/ops/sign-in');
  });

  it('set up a second factor', async () => {
    await signIn(ADMIN);
    expect(await axeViolations(page)).to.deep.equal([]);
    await page.goto(at('/ops/mfa/setup'));
    await press('Begin');
    secret = ((await page.locator('.secret').textContent()) ?? '').replace(/\s/g, '');
    expect(await axeViolations(page)).to.deep.equal([]);
    await giveCode('Confirm');
    expect(await page.locator('.codes li').count()).to.equal(10);
    await page.goto(at('/ops'));
    await press('Sign out');
    expect(await page.getByRole('status').textContent()).to.equal('You are signed out.');
  });

  it('ask for it, then show the queues with the jobs of a purchase', async () => {
    await flow.shop.buy([{ variantId: await flow.books.stock({ stock: 5 }), quantity: 1 }]);
    await signIn(ADMIN);
    expect(new URL(page.url()).pathname).to.equal('/ops/mfa');
    await page.goto(at('/ops/queues'));
    expect(new URL(page.url()).pathname, 'not before the code').to.equal('/ops/mfa');
    await giveCode('Continue');
    await page.goto(at('/ops/queues/queue/checkout?status=completed'));
    await page.getByText('checkout.advance').first().waitFor();
    expect(await page.locator('body').innerText())
      .to.contain('payments')
      .and.contain('mail');
  });

  it('run a failed job again, and the audit log says who did', async () => {
    const id = `broken-${randomUUID()}`;
    const job = await payments.add('payments.ask', {}, { jobId: id });
    await waitFor('the job has failed', () => job.isFailed());
    await signIn(ADMIN);
    await giveCode('Continue');
    await page.goto(at('/ops/queues/queue/payments?status=failed'));
    const before = (await payments.getJob(id))?.attemptsStarted ?? 0;
    await press('Retry all');
    await press('Confirm');
    await waitFor(
      'it was begun again',
      async () => ((await payments.getJob(id))?.attemptsStarted ?? 0) > before || !(await job.isFailed()),
    );
    const [entry] = await flow.books.query<{ path: string; kind: string }>(
      `select after->>'path' as path, actor_kind as kind from audit_log where action = 'queue.operate' order by id desc limit 1`,
    );
    expect(entry).to.deep.equal({ path: '/api/queues/payments/retry/failed', kind: 'staff' });
    await waitFor('it has failed again', () => job.isFailed());
    await (await payments.getJob(id))?.remove();
  });

  it('keep the queues from a role that may not see them', async () => {
    await signIn('support@example.com');
    await page.goto(at('/ops/queues'));
    expect(await alert()).to.equal('Your role does not allow you to see the queues.');
  });
});
