import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UnrecoverableError, Worker } from 'bullmq';
import { expect } from 'chai';
import { queuePrefix } from '../../../src/infra/queue/queue.ts';
import { type EmbeddedRedis, startRedis } from '../../../tools/embedded/redis.ts';
import { waitFor } from '../../support/wait-for.ts';
import { openPeopleShop, type PeopleShop, type Staff } from '../people-shop.ts';

describe('the queues in the admin API', () => {
  let folder: string;
  let redis: EmbeddedRedis;
  let shop: PeopleShop;
  let admin: Staff;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'queues-test-'));
    redis = await startRedis({ dataDir: join(folder, 'redis'), appendonly: false });
    shop = await openPeopleShop({ redisUrl: redis.url });
    admin = await shop.staff('admin');
  });
  after(async () => {
    await shop.close();
    await redis.stop().catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  });

  const ask = <T>(method: string, path: string) =>
    shop.ask<T>(method, `/admin/queues${path}`, { token: admin.accessToken });
  const queue = () => {
    const found = shop.deps.queues.all.find(({ name }) => name === 'payments');
    if (!found) throw new Error('there is no such queue');
    return found;
  };

  /** Jobs that a worker could not do. */
  async function fail(...ids: string[]): Promise<void> {
    for (const id of ids) await queue().add('payments.ask', { paymentId: id, trace: {} }, { jobId: id });
    const refuse = async () => {
      throw new UnrecoverableError('the payload is not what it should be');
    };
    const worker = new Worker('payments', refuse, { connection: { url: redis.url }, prefix: queuePrefix('payments') });
    await waitFor('they have failed', async () => (await queue().getFailedCount()) >= ids.length);
    await worker.close();
  }

  it('are counted', async () => {
    const { body } = await ask<{ data: { name: string; counts: object }[] }>('GET', '');
    expect(body.data.map(({ name }) => name)).to.include.members(['checkout', 'payments', 'mail']);
    expect(body.data[0]?.counts).to.include.keys('waiting', 'failed', 'completed');
  });

  it('tell what failed, and run it again: one, with who did it in the audit log', async () => {
    await fail('first', 'second');
    const { body } = await ask<{ data: object[] }>('GET', '/payments/failed');
    expect(body.data).to.have.length(2);
    expect(body.data[0]).to.deep.include({ name: 'payments.ask', reason: 'the payload is not what it should be' });
    expect(body.data).to.deep.include.members(body.data.filter((one) => !('trace' in one)));
    const redriven = await ask('POST', '/payments/jobs/first/redrive');
    expect([redriven.status, redriven.body]).to.deep.equal([202, { redriven: ['first'] }]);
    expect(await (await queue().getJob('first'))?.getState()).to.equal('waiting');
    const [entry] = await shop.db.query(
      `select actor_id, action, target_id, after from audit_log order by id desc limit 1`,
    );
    expect(entry).to.deep.equal({
      actor_id: admin.accountId,
      action: 'queue.redrive',
      target_id: 'payments',
      after: { redriven: ['first'] },
    });
  });

  it('refuse to run again what has not failed, or is not there', async () => {
    const code = async (path: string) => {
      const { status, body } = await ask<{ error: { code: string } }>('POST', path);
      return [status, body.error.code];
    };
    expect(await code('/payments/jobs/first/redrive')).to.deep.equal([409, 'JOB_NOT_FAILED']);
    expect(await code('/payments/jobs/nobody/redrive')).to.deep.equal([404, 'JOB_NOT_FOUND']);
    expect(await code('/moon/jobs/first/redrive')).to.deep.equal([404, 'QUEUE_NOT_FOUND']);
    expect(await code('/moon/redrive')).to.deep.equal([404, 'QUEUE_NOT_FOUND']);
  });

  it('run all again that failed', async () => {
    const { body } = await ask('POST', '/payments/redrive');
    expect(body).to.deep.equal({ redriven: ['second'] });
    expect(await queue().getFailedCount()).to.equal(0);
  });

  it('say at once that they are away', async () => {
    await redis.stop();
    await waitFor('the connection is lost', () => !shop.deps.queues.isConnected());
    for (const [method, path] of [
      ['GET', ''],
      ['GET', '/payments/failed'],
      ['POST', '/payments/redrive'],
    ]) {
      const { status, body } = await ask<{ error: { code: string } }>(method ?? '', path ?? '');
      expect([status, body.error.code]).to.deep.equal([503, 'QUEUE_UNAVAILABLE']);
    }
  });
});
