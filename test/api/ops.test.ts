import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UnrecoverableError, Worker } from 'bullmq';
import { expect } from 'chai';
import { accountToken, issueToken } from '../../src/entities/account/account-token.ts';
import { unitOfWork } from '../../src/infra/database/unit-of-work.ts';
import { queuePrefix } from '../../src/infra/queue/queue.ts';
import { type EmbeddedRedis, startRedis } from '../../tools/embedded/redis.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Browser, openBrowserless } from './browserless.ts';
import { openPeopleShop, PASSWORD, type PeopleShop, SECRET } from './people-shop.ts';

describe('the sign-in of operators', () => {
  let folder: string;
  let redis: EmbeddedRedis;
  let shop: PeopleShop;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ops-test-'));
    redis = await startRedis({ dataDir: join(folder, 'redis'), appendonly: false });
    shop = await openPeopleShop({ redisUrl: redis.url });
  });
  after(async () => {
    await shop.close();
    await redis.stop();
    await rm(folder, { recursive: true });
  });

  const staff = async (role: string) => {
    const [row] = await shop.db.query<{ id: string }>(`select id from roles where name = $1`, [role]);
    const account = await shop.account({ kind: 'staff', roleId: row?.id ?? '' });
    return { id: account.id, email: account.person(shop.deps.vault).email };
  };
  /** A browser in which somebody with that role has signed in. */
  const signedIn = async (role: string): Promise<Browser & { id: string }> => {
    const { id, email } = await staff(role);
    const browser = openBrowserless(shop.url);
    const page = await browser.submit('/ops/sign-in', { email, password: PASSWORD });
    expect(page.status, page.text).to.equal(303);
    return { ...browser, id };
  };

  it('leads whoever opens a page to the sign-in, and refuses scripts', async () => {
    const browser = openBrowserless(shop.url);
    for (const path of ['/ops', '/ops/mfa', '/ops/mfa/setup', '/ops/queues', '/ops/queues/queue/payments']) {
      const page = await browser.open(path);
      expect([path, page.status, page.to]).to.deep.equal([path, 303, '/ops/sign-in']);
    }
    expect((await browser.fetch('GET', '/ops/queues/api/queues')).status).to.equal(401);
    expect((await browser.fetch('PUT', '/ops/queues/api/queues/payments/pause')).status).to.equal(401);
  });

  it('lets staff in with a cookie that only this host and no script can read', async () => {
    const browser = await signedIn('admin');
    const [cookie = ''] = browser.given('__Host-vcecom-ops');
    expect(cookie)
      .to.match(/HttpOnly/i)
      .and.match(/Secure/i)
      .and.match(/SameSite=Strict/i)
      .and.match(/Path=\//);
    expect(cookie).not.to.match(/Domain/i);
    const [device = ''] = browser.given('__Host-vcecom-ops-device');
    expect(device).to.include('HttpOnly').and.to.include('Secure').and.to.include('SameSite=Strict');
    expect(device).to.include(`Max-Age=${180 * 86_400}`);
    const home = await browser.open('/ops');
    expect(home.status).to.equal(200);
    expect(home.headers.get('cache-control')).to.equal('no-store');
    expect(home.headers.get('content-security-policy'))
      .to.match(/default-src 'none'/)
      .and.not.match(/unsafe/);
    expect(home.text).not.to.match(/<script(?! src="\/ops\/)|style=|https?:\/\/(?!www\.w3\.org)/);
    expect((await browser.open('/ops/orders')).text, 'only the overview has a script').not.to.include('<script');
  });

  it('says the same to a wrong password, an unknown address, a customer and who is blocked', async () => {
    const { email } = await staff('admin');
    const blocked = await staff('admin');
    await shop.db.query(`update accounts set status = 'blocked' where id = $1`, [blocked.id]);
    const customer = await shop.register();
    const tries = [
      { email, password: 'wrong password' },
      { email: 'nobody@example.com', password: PASSWORD },
      { email: customer.email, password: PASSWORD },
      { email: blocked.email, password: PASSWORD },
      { email: 'no address', password: '' },
    ];
    const said = new Set<string>();
    for (const fields of tries) {
      const browser = openBrowserless(shop.url);
      const page = await browser.submit('/ops/sign-in', fields);
      expect(page.status, fields.email).to.equal(401);
      expect(browser.given('__Host-vcecom-ops')).to.deep.equal([]);
      said.add(/role="alert"[^>]*>([^<]+)</.exec(page.text)?.[1] ?? '');
    }
    expect([...said]).to.deep.equal(['The e-mail address or the password is wrong.']);
  });

  it('takes no form that did not stand on its own page', async () => {
    const { email } = await staff('admin');
    const browser = openBrowserless(shop.url);
    const fields = { email, password: PASSWORD };
    for (const proof of ['', 'x'.repeat(43)]) {
      expect((await browser.submit('/ops/sign-in', { ...fields, proof })).status).to.equal(403);
    }
    const other = openBrowserless(shop.url);
    const stolen = other.proofIn((await other.open('/ops/sign-in')).text);
    expect((await browser.submit('/ops/sign-in', { ...fields, proof: stolen })).status, "another's").to.equal(403);
    const inside = await signedIn('admin');
    expect((await inside.submit('/ops/sign-out', { proof: stolen })).status).to.equal(403);
    expect((await inside.open('/ops')).status, 'still signed in').to.equal(200);
  });

  it('believes no cookie that it did not make, nor that of a customer', async () => {
    const { accessToken } = await shop.register();
    const { sid } = JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString());
    const { tokenFor } = await import('../../src/infra/crypto/tokens.ts');
    for (const value of [`${sid}.${tokenFor(SECRET, `ops:${sid}`)}`, `${sid}.${'x'.repeat(43)}`, accessToken, '']) {
      const headers = { cookie: `__Host-vcecom-ops=${value}`, accept: 'text/html' };
      const answer = await fetch(`${shop.url}/ops`, { headers, redirect: 'manual' });
      expect(answer.headers.get('location')).to.equal('/ops/sign-in');
    }
  });

  it('ends a session by signing out, and within a second when it is revoked', async () => {
    const browser = await signedIn('admin');
    const [left = ''] = browser.given('__Host-vcecom-ops');
    expect((await browser.submit('/ops/sign-out', {}, '/ops')).to).to.equal('/ops/sign-in?done=out');
    const isOut = async () => {
      const headers = { cookie: left.split(';')[0] ?? '', accept: 'text/html' };
      return (await fetch(`${shop.url}/ops`, { headers, redirect: 'manual' })).status === 303;
    };
    await waitFor('the cookie is worth nothing any more', isOut, 1_000);
    const other = await signedIn('admin');
    expect((await other.open('/ops')).status).to.equal(200);
    await shop.db.query(`update sessions set revoked_at = now(), revoked_because = 'revoked' where account_id = $1`, [
      other.id,
    ]);
    await waitFor('the session is refused', async () => (await other.open('/ops')).status === 303, 1_000);
  });

  it('shows the queues to who may see them, and lets nobody else change them', async () => {
    const [admin, viewer, support] = [
      await signedIn('admin'),
      await signedIn('order-manager'),
      await signedIn('support'),
    ];
    for (const browser of [admin, viewer]) {
      const board = await browser.open('/ops/queues');
      expect(board.status).to.equal(200);
      expect(board.text, 'nothing from elsewhere').not.to.match(/googleapis|<style| style=/);
      expect(board.text, 'the look of the site, and a way back').to.match(/<a href="\/ops">.+<div id="root"/s);
      expect(board.text).to.include('href="/ops/board.css"');
      const [script] = /static\/js\/[^"]+\.js/.exec(board.text) ?? [];
      const file = await browser.fetch('GET', `/ops/queues/${script}`);
      expect([file.status, file.headers.get('cache-control')]).to.deep.equal([200, 'public, max-age=0']);
      expect(board.headers.get('cache-control')).to.equal('no-store');
    }
    const refused = await support.open('/ops/queues');
    expect([refused.status, /role="alert"/.test(refused.text)]).to.deep.equal([403, true]);
    const pause = (browser: Browser, headers = {}) =>
      browser.fetch('PUT', '/ops/queues/api/queues/payments/pause', {
        'x-xsrf-token': browser.cookie('XSRF-TOKEN'),
        ...headers,
      });
    expect((await pause(support)).status).to.equal(403);
    expect((await pause(viewer)).status).to.equal(403);
    expect((await pause(admin, { 'x-xsrf-token': '' })).status, 'without proof').to.equal(403);
    expect((await pause(admin, { 'sec-fetch-site': 'cross-site' })).status, 'from elsewhere').to.equal(403);
    const queue = shop.deps.queues.all.find(({ name }) => name === 'payments');
    expect(await queue?.isPaused()).to.equal(false);
    expect(await shop.db.query(`select 1 from audit_log where action = 'queue.operate'`)).to.deep.equal([]);
    expect((await pause(admin)).status).to.equal(200);
    expect(await queue?.isPaused()).to.equal(true);
    await queue?.resume();
  });

  it('runs a failed job again, with who did it in the audit log', async () => {
    const queue = shop.deps.queues.all.find(({ name }) => name === 'payments');
    await queue?.add('payments.ask', {}, { jobId: 'broken' });
    const refuse = async () => {
      throw new UnrecoverableError('no payment');
    };
    const worker = new Worker('payments', refuse, { connection: { url: redis.url }, prefix: queuePrefix('payments') });
    await waitFor('it has failed', async () => (await queue?.getFailedCount()) === 1);
    await worker.close();
    const admin = await signedIn('admin');
    await admin.open('/ops/queues');
    const headers = { 'x-xsrf-token': admin.cookie('XSRF-TOKEN') };
    const retried = await admin.fetch('PUT', '/ops/queues/api/queues/payments/broken/retry', headers);
    expect(retried.status, retried.text).to.be.within(200, 204);
    expect(await queue?.getFailedCount()).to.equal(0);
    const [entry] = await shop.db.query(
      `select actor_id as "actorId", target_id as "targetId", after from audit_log where action = 'queue.operate' order by id desc limit 1`,
    );
    const after = { method: 'PUT', path: '/api/queues/payments/broken/retry' };
    expect(entry).to.deep.equal({ actorId: admin.id, targetId: 'payments', after });
  });

  it('lets whoever was invited choose a password, once', async () => {
    const { id, email } = await staff('support');
    const tokenId = await unitOfWork(shop.db, 'test', (tx) => issueToken(tx, { accountId: id, purpose: 'invitation' }));
    const token = accountToken(SECRET, { id: tokenId, purpose: 'invitation' });
    const browser = openBrowserless(shop.url);
    const choose = (again: string) =>
      browser.submit('/ops/password', { token, password: 'chosen on a page', again }, `/ops/password?token=${token}`);
    expect((await choose('something else')).text).to.contain('The two passwords differ.');
    expect((await choose('chosen on a page')).to).to.equal('/ops/sign-in?done=password');
    expect((await choose('chosen on a page')).status).to.equal(422);
    expect((await browser.submit('/ops/sign-in', { email, password: 'chosen on a page' })).to).to.equal('/ops');
  });
});
