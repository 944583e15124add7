import { expect } from 'chai';
import pg from 'pg';
import { ENTITIES } from '../../src/entities/schema.ts';
import { PipeliningClient } from '../../src/infra/database/connections/pipelining-client.ts';
import { replicaFirst } from '../../src/infra/database/connections/replica.ts';
import { type Database, openDatabase } from '../../src/infra/database/database.ts';
import { chooseServer } from '../../tools/verify/replica.ts';
import { concurrentBuyersAt } from '../crash/concurrent-buyers.ts';
import { startCrashHarness } from '../crash/crash-harness.ts';
import { queryAt } from '../support/database.ts';
import { describeAll } from '../support/extent.ts';
import { type PostgresPair, startPair } from '../support/standby.ts';
import { waitFor } from '../support/wait-for.ts';

const LASTS_MS = 300_000;
const SERVED_WITHIN_MS = 90_000;
/** Longer than searches leave a replica that was behind. */
const USED_AGAIN_MS = 20_000;
const SERVER = `select pg_is_in_recovery() as "isReplica", (select count(*)::int from notes) as notes`;
/** Connections of others than the test. */
const READERS = `select count(*) > 1 as "areThere" from pg_stat_activity where backend_type = 'client backend'`;

describeAll('searches on a replica', function () {
  this.timeout(LASTS_MS);
  let pair: PostgresPair;
  let db: Database;
  before(async () => {
    pair = await startPair();
    await queryAt(pair.primary.url, 'create table notes (n int)');
    db = await openDatabase({ url: pair.primary.url, readUrl: pair.standby.url, entities: ENTITIES });
  });
  after(async () => {
    await db?.close();
    await pair?.remove();
  });
  afterEach(() => queryAt(pair.standby.url, 'select pg_wal_replay_resume()'));

  const write = () => db.query('insert into notes values (1)');
  const ask = async () => (await db.search<{ isReplica: boolean; notes: number }>(SERVER, []))[0];
  const onReplica = () => waitFor('searches read the replica', async () => (await ask())?.isReplica, USED_AGAIN_MS);
  const pauseReplay = () => queryAt(pair.standby.url, 'select pg_wal_replay_pause()');

  it('see every commit before them, one after the other', async () => {
    await onReplica();
    for (let notes = 1; notes <= 100; notes++) {
      await write();
      expect((await ask())?.notes).to.equal(notes);
    }
    await onReplica();
  });

  it('leave it when it does not replay, and come back', async () => {
    await onReplica();
    const before = (await ask())?.notes ?? 0;
    await pauseReplay();
    await write();
    expect(await ask()).to.deep.equal({ isReplica: false, notes: before + 1 });
    await queryAt(pair.standby.url, 'select pg_wal_replay_resume()');
    await onReplica();
  });

  it('fail by themselves only once', async () => {
    await onReplica();
    const error = await db.search('select 1 / $1::int', [0]).catch((thrown: Error) => thrown);
    expect(String(error)).to.include('division by zero');
    expect((await ask())?.isReplica).to.equal(true);
  });

  it('use the connection on which the replica was checked: another may lead to another server', async () => {
    const Client = PipeliningClient as new (config?: pg.ClientConfig) => pg.Client;
    const open = ({ url }: { url: string }) => new pg.Pool({ connectionString: url, Client });
    const [replica, primary] = [open(pair.standby), open(pair.primary)];
    let taken = 0;
    replica.on('acquire', () => {
      taken += 1;
    });
    const searchReplica = replicaFirst(replica, primary);
    const isServed = async () => {
      taken = 0;
      const [row] = await searchReplica<{ isReplica: boolean }>({ text: SERVER, values: [] });
      return row?.isReplica;
    };
    await waitFor('the replica serves', isServed, USED_AGAIN_MS);
    expect(taken).to.equal(1);
    await Promise.all([replica.end(), primary.end()]);
  });

  it('stay on it while all connections for statements are busy', async () => {
    const urls = { url: pair.primary.url, readUrl: pair.standby.url };
    const busy = await openDatabase({ ...urls, entities: ENTITIES, connections: 1 });
    const held = await busy.pool.connect();
    const isServed = async () => (await busy.search<{ isReplica: boolean }>(SERVER, []))[0]?.isReplica;
    try {
      await waitFor('the replica serves', isServed, USED_AGAIN_MS);
    } finally {
      held.release();
      await busy.close();
    }
  });

  it('are for bin/verify too, unless the replica is behind', async () => {
    const urls = { DATABASE_URL: pair.primary.url, DATABASE_READ_URL: pair.standby.url };
    const said: string[] = [];
    const say = (line: string) => said.push(line);
    expect(await chooseServer(urls, say)).to.equal(pair.standby.url);
    const nowhere = 'postgres://postgres@127.0.0.1:1/vcecom';
    expect(await chooseServer({ ...urls, DATABASE_READ_URL: nowhere }, say)).to.equal(pair.primary.url);
    await pauseReplay();
    await write();
    expect(await chooseServer(urls, say)).to.equal(pair.primary.url);
    expect(said.join('\n')).to.match(/^the replica cannot be read .+\nthe replica is behind/);
  });

  it('a hundred purchases complete while the replica is paused: lists are read from the primary', async () => {
    const env = { DATABASE_READ_URL: pair.standby.url };
    const harness = await startCrashHarness({ databaseUrl: pair.primary.url, webs: 2, workers: 2, env });
    try {
      const buyers = await concurrentBuyersAt(harness);
      const isListed = async (variantId: string) => {
        const [row] = await harness.books.query<{ title: string; id: string }>(
          `update products set title = 'Kurta ' || $1 where id = (select product_id from variants where id = $1) returning title, id`,
          [variantId],
        );
        await waitFor('every web process lists the product', async () => {
          const lists = await Promise.all(
            harness.shops.map((shop) =>
              shop.ask<{ data: { id: string }[] }>('GET', `/products?q=${encodeURIComponent(row?.title ?? '')}`),
            ),
          );
          return lists.every(({ body }) => body.data.some(({ id }) => id === row?.id));
        });
      };
      await buyers.send(50);
      await isListed(await harness.books.stock({ stock: 1 }));
      expect(await queryAt(pair.standby.url, READERS)).to.deep.equal([{ areThere: true }]);
      await pauseReplay();
      await buyers.send(50);
      await isListed(await harness.books.stock({ stock: 1 }));
      expect(harness.said('database.replica.left')).not.to.deep.equal([]);
      await buyers.expectAllServed(SERVED_WITHIN_MS);
      for (const failure of ['job.dead.failed', 'http.failed']) expect(harness.said(failure)).to.deep.equal([]);
    } finally {
      await harness.stop();
    }
  });
});
