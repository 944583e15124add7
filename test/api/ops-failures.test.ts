import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UnrecoverableError, Worker } from 'bullmq';
import { expect } from 'chai';
import { newId } from '../../src/infra/ids.ts';
import { queuePrefix } from '../../src/infra/queue/queue.ts';
import { type EmbeddedRedis, startRedis } from '../../tools/embedded/redis.ts';
import { scaled } from '../support/pace.ts';
import { waitFor } from '../support/wait-for.ts';
import { keyOf, openOps } from './ops-staff.ts';
import { openPeopleShop, type PeopleShop } from './people-shop.ts';

describe('the operators’ pages of failed jobs and notifications', () => {
  let folder: string;
  let redis: EmbeddedRedis;
  let shop: PeopleShop;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ops-failures-test-'));
    redis = await startRedis({ dataDir: join(folder, 'redis'), appendonly: false });
    shop = await openPeopleShop({ redisUrl: redis.url });
  });
  after(async () => {
    await shop.close();
    await redis.stop().catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  });

  const mails = () => {
    const queue = shop.deps.queues.all.find(({ name }) => name === 'mail');
    if (!queue) throw new Error('there is no such queue');
    return queue;
  };
  /** Mails that a worker could not send. */
  async function fail(...ids: string[]): Promise<void> {
    for (const id of ids) await mails().add('mail.send', { letter: 'invitation', trace: {} }, { jobId: id });
    const refuse = async () => {
      throw new UnrecoverableError('550 no such mailbox');
    };
    const worker = new Worker('mail', refuse, { connection: { url: redis.url }, prefix: queuePrefix('mail') });
    await waitFor('they have failed', async () => (await mails().getFailedCount()) >= ids.length);
    await worker.close();
  }
  const stateOf = async (id: string) => (await mails().getJob(id))?.getState();
  const audited = (action: string) =>
    shop.db.query(`select actor_id as actor, target_id as target from audit_log where action = $1 order by id`, [
      action,
    ]);

  async function plantDelivery(state: string, webhookState = 'active'): Promise<{ id: string; webhookId: string }> {
    const [id, webhookId, creator] = [newId(), newId(), await shop.account({ kind: 'customer' })];
    await shop.db.query(
      `insert into webhook_subscriptions (id, url, events, secret, state, disabled_because, created_by, created_at, updated_at)
        values ($1, 'https://erp.example.com/hook', '{order.confirmed}', 'x', $3, case when $3 = 'disabled' then 'failing' end, $2, now(), now())`,
      [webhookId, creator.id, webhookState],
    );
    await shop.db.query(
      `insert into webhook_deliveries (id, subscription_id, event_id, type, data, state, tries, due_at, created_at, decided_at)
        values ($1, $2, $3, 'order.confirmed', '{}', $4, 9, now(), now(), case when $4 <> 'pending' then now() end)`,
      [id, webhookId, newId(), state],
    );
    await shop.db.query(
      `insert into webhook_attempts (delivery_id, attempt, at, duration_ms, status, error) values ($1, 1, now(), 12, 503, null)`,
      [id],
    );
    return { id, webhookId };
  }

  it('show failed jobs of every queue, and run one or all again', async () => {
    await fail('first', 'second', 'third');
    const [admin, viewer] = [await openOps(shop, 'admin'), await openOps(shop, 'order-manager')];
    const queues = (await viewer.open('/ops/jobs')).text;
    expect(queues).to.match(/href="\/ops\/jobs\/mail">mail<\/a><\/td><td class="number">3</);
    const seen = (await viewer.open('/ops/jobs/mail')).text;
    expect(seen).to.include('550 no such mailbox').and.include('letter invitation').and.not.include('trace');
    expect(seen, 'may not act').not.to.include('Run again');
    const { text } = await admin.open('/ops/jobs/mail');
    expect(text)
      .to.include('aria-label="Run again: first"')
      .and.include('Run up to 100 again')
      .and.not.include('The last 100 are shown.');
    const form = { action: 'redrive', queue: 'mail', id: 'first', key: keyOf(text, 'redrive') };
    expect((await viewer.submit('/ops/jobs/mail', form)).status).to.equal(403);
    expect((await admin.submit('/ops/jobs/mail', form)).to).to.equal('/ops/jobs/mail?done=redrive');
    expect(await stateOf('first')).to.equal('waiting');
    expect((await admin.submit('/ops/jobs/mail', form)).status, 'sent twice').to.equal(409);
    const all = { action: 'redrive-all', queue: 'mail', key: keyOf(text, 'redrive-all') };
    expect((await admin.submit('/ops/jobs/mail', all)).to).to.equal('/ops/jobs/mail?done=redrive-all');
    expect(await mails().getFailedCount()).to.equal(0);
    const entry = { actor: admin.id, target: 'mail' };
    expect(await audited('queue.redrive')).to.deep.equal([entry, entry]);
    expect((await admin.open('/ops/jobs/moon')).status).to.equal(404);
    await mails().drain();
  });

  it('show failed mails and failed deliveries of all webhooks, and send them again', async () => {
    await fail('lost');
    const [failed, pending] = [await plantDelivery('failed'), await plantDelivery('pending')];
    const [admin, viewer] = [await openOps(shop, 'admin'), await openOps(shop, 'order-manager')];
    const { text } = await admin.open('/ops/notifications');
    expect(text)
      .to.include('550 no such mailbox')
      .and.include('https://erp.example.com/hook')
      .and.include('<td>503</td>');
    expect(text).to.include(failed.id).and.not.include(pending.id);
    expect((await viewer.open('/ops/notifications')).text, 'webhooks need a permission').not.to.include(
      'erp.example.com',
    );
    const path = '/ops/notifications';
    const resend = { action: 'redrive', queue: 'mail', id: 'lost', key: keyOf(text, 'redrive') };
    expect((await admin.submit(path, resend)).to).to.equal(`${path}?done=redrive`);
    expect(await stateOf('lost')).to.equal('waiting');
    const again = {
      action: 'redeliver',
      webhookId: failed.webhookId,
      deliveryId: failed.id,
      key: keyOf(text, 'redeliver'),
    };
    expect((await viewer.submit(path, again)).status).to.equal(403);
    expect((await admin.submit(path, again)).to).to.equal(`${path}?done=redeliver`);
    const [delivery] = await shop.db.query(`select state, tries from webhook_deliveries where id = $1`, [failed.id]);
    expect(delivery).to.deep.equal({ state: 'pending', tries: 0 });
    expect(await audited('webhook.redeliver')).to.deep.equal([{ actor: admin.id, target: failed.webhookId }]);
    expect((await admin.open(path)).text).to.match(/Failed webhook deliveries<\/h2><p>None\.</);
  });

  it('run at most 100 jobs again, and say that there may be more', async () => {
    await mails().drain();
    await fail(...Array.from({ length: 101 }, (_, index) => `job-${index}`));
    const admin = await openOps(shop, 'admin');
    const path = '/ops/jobs/mail';
    const { text } = await admin.open(path);
    expect(text).to.include('The last 100 are shown.');
    const all = { action: 'redrive-all', queue: 'mail', key: keyOf(text, 'redrive-all') };
    expect((await admin.submit(path, all)).to).to.equal(`${path}?done=redrive-all`);
    expect(await mails().getFailedCount()).to.equal(1);
    await admin.submit(path, all);
    expect(await mails().getFailedCount(), 'sent twice').to.equal(0);
    await mails().drain();
  });

  it('offer no form for a delivery of a disabled webhook', async () => {
    const { id } = await plantDelivery('failed', 'disabled');
    const { text } = await (await openOps(shop, 'admin')).open('/ops/notifications');
    expect(text).to.include('<td>The webhook is disabled.</td>').and.not.include(id);
    await shop.db.query(`delete from webhook_deliveries where id = $1`, [id]);
  });

  it('list the webhooks whose deliveries fail, and those that were disabled for it', async () => {
    const planted = [
      await plantDelivery('pending'),
      await plantDelivery('pending', 'disabled'),
      await plantDelivery('pending'),
    ];
    const names = ['failing', 'disabled', 'well'];
    for (const [place, { webhookId }] of planted.entries())
      await shop.db.query(
        `update webhook_subscriptions set url = 'https://' || $2 || '.example.com', failing_since = case when $2 = 'failing' then now() end
          where id = $1`,
        [webhookId, names[place]],
      );
    const page = (await (await openOps(shop, 'admin')).open('/ops/notifications')).text;
    const listed = names.map((name) => page.includes(`<td>https://${name}.example.com</td>`));
    expect(listed).to.deep.equal([true, true, false]);
  });

  it('find failed deliveries by their index', async () => {
    await shop.db.query(
      `insert into webhook_deliveries (id, subscription_id, event_id, type, data, state, due_at, created_at, decided_at)
        select gen_random_uuid(), s.id, gen_random_uuid(), 'order.confirmed', '{}', 'delivered', now(), now(), now()
          from (select id from webhook_subscriptions limit 1) s, generate_series(1, 5000)`,
    );
    await shop.db.query('analyze webhook_deliveries');
    const plan = await shop.db.query(
      `explain select d.id from webhook_deliveries d join webhook_subscriptions s on s.id = d.subscription_id
        where d.state = 'failed' order by d.id desc limit 25`,
    );
    expect(JSON.stringify(plan)).to.include('webhook_deliveries_failed');
  });

  it('answer soon while Redis accepts connections and does not answer', async function () {
    this.timeout(30_000);
    await fail('frozen');
    const admin = await openOps(shop, 'admin');
    const path = '/ops/jobs/mail';
    const { text } = await admin.open(path);
    const one = { action: 'redrive', queue: 'mail', id: 'frozen', key: keyOf(text, 'redrive') };
    const all = { action: 'redrive-all', queue: 'mail', key: keyOf(text, 'redrive-all') };
    process.kill(redis.pid, 'SIGSTOP');
    try {
      for (const form of [one, all]) {
        const startedAt = performance.now();
        const refused = await admin.submit(path, form);
        expect(performance.now() - startedAt, form.action).to.be.below(scaled(6_000));
        expect(refused.status).to.equal(503);
        expect(refused.text).to.match(/<h1>Failed jobs of mail<.*role="alert"[^>]*>The queue is unavailable/s);
      }
    } finally {
      process.kill(redis.pid, 'SIGCONT');
    }
    await waitFor('the connection is back', async () => shop.deps.queues.isConnected());
    expect(await stateOf('frozen')).to.equal('failed');
    await mails().drain();
  });

  it('say that the queue is unavailable, and still show the deliveries', async () => {
    const { id } = await plantDelivery('failed');
    const admin = await openOps(shop, 'admin');
    await redis.stop();
    await waitFor('the connection is gone', async () => !shop.deps.queues.isConnected());
    const { status, text } = await admin.open('/ops/notifications');
    expect(status).to.equal(200);
    expect(text).to.match(/role="alert"[^>]*>The queue is unavailable/);
    expect(text).to.include(id);
    expect((await admin.open('/ops/jobs')).text).to.include('The queue is unavailable');
    const form = { action: 'redrive-all', queue: 'mail', key: 'a-key-of-the-test' };
    const refused = await admin.submit('/ops/jobs/mail', form);
    expect(refused.status).to.equal(503);
    expect(refused.text).to.match(/<h1>Failed jobs of mail<.*role="alert"[^>]*>The queue is unavailable/s);
  });
});
