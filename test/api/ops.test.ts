import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Queue } from 'bullmq';
import { expect } from 'chai';
import type { Redis } from 'ioredis';
import { opsRouter } from '../../src/api/ops.ts';
import { type EmbeddedRedis, startRedis } from '../../src/infra/embedded/redis.ts';
import { openRedis } from '../../src/infra/redis.ts';
import { openShop, type Shop } from './sample-shop.ts';

const PASSWORD = 'op: sesame, äöü';
const basic = (user: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});

describe("the operators' queues", () => {
  let folder: string;
  let redis: EmbeddedRedis;
  let connection: Redis;
  let queue: Queue;
  let shop: Shop;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ops-test-'));
    redis = await startRedis({ dataDir: join(folder, 'redis'), appendonly: false });
    connection = openRedis(redis.url, 'consume');
    queue = new Queue('parcels', { connection });
    await queue.add('pack', {}, { jobId: 'parcel-1' });
    shop = await openShop([], { ops: opsRouter({ password: PASSWORD, queues: [queue] }) });
  });
  after(async () => {
    await shop.close();
    await queue.close();
    await connection.quit();
    await redis.stop();
    await rm(folder, { recursive: true });
  });

  const ask = (path: string, headers = {}, method = 'GET') => fetch(`${shop.url}${path}`, { headers, method });

  it('ask for the password, whatever is asked and however it is wrong', async () => {
    const wrong = [
      {},
      basic('ops', 'wrong'),
      basic('ops', ''),
      basic(PASSWORD, ''),
      { authorization: `Bearer ${PASSWORD}` },
    ];
    for (const headers of wrong) {
      for (const path of ['/ops/queues', '/ops/queues/api/queues', '/ops/queues/static/images/logo.svg']) {
        const answer = await ask(path, headers);
        expect(answer.status, path).to.equal(401);
        expect(answer.headers.get('www-authenticate')).to.match(/^Basic realm=/);
        const body = (await answer.json()) as object;
        expect(body).to.nested.include({
          'error.code': 'AUTHENTICATION_REQUIRED',
          'error.type': 'AUTHENTICATION_ERROR',
        });
      }
    }
  });

  it('are shown to whoever has it, under any user name', async () => {
    for (const user of ['ops', 'anna', '']) {
      const page = await ask('/ops/queues', basic(user, PASSWORD));
      expect([page.status, page.headers.get('x-powered-by')]).to.deep.equal([200, null]);
      const html = await page.text();
      expect(html).to.contain('Bull').and.contain('/ops/queues/');
      const [script] = /static\/js\/[^"]+\.js|static\/[^"]+\.js/.exec(html) ?? [];
      expect((await ask(`/ops/queues/${script}`, basic(user, PASSWORD))).status).to.equal(200);
    }
    const listed = await ask('/ops/queues/api/queues', basic('ops', PASSWORD));
    const { queues } = (await listed.json()) as { queues: { name: string; counts: Record<string, number> }[] };
    expect(queues.map(({ name, counts }) => [name, counts.waiting])).to.deep.equal([['parcels', 1]]);
  });

  it('are not changed by a request that another site started', async () => {
    const pause = (site: string) =>
      ask('/ops/queues/api/queues/parcels/pause', { ...basic('ops', PASSWORD), 'sec-fetch-site': site }, 'PUT');
    expect((await pause('cross-site')).status).to.equal(403);
    expect(await queue.isPaused()).to.equal(false);
    expect((await pause('same-origin')).status).to.equal(200);
    expect(await queue.isPaused()).to.equal(true);
  });

  it('are reported without the page that was asked for', async () => {
    shop.facts.splice(0);
    await ask('/ops/queues/queue/parcels', basic('ops', PASSWORD));
    expect((await shop.fact('http.request')).fields).to.include({ route: '/ops/queues', status: 200 });
  });

  it('are not there without a password in the configuration', async () => {
    const closed = await openShop([]);
    const answer = await fetch(`${closed.url}/ops/queues`, { headers: basic('ops', '') });
    expect(answer.status).to.equal(404);
    expect(await answer.json()).to.have.nested.property('error.code', 'ROUTE_NOT_FOUND');
    await closed.close();
  });
});
