import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'chai';
import fc from 'fast-check';
import { type LayeredCache, openLayeredCache } from '../../src/infra/cache/layered-cache.ts';
import { openVersions, type Versions } from '../../src/infra/cache/versions.ts';
import type { RedisClient } from '../../src/infra/redis/connections.ts';
import { openRedis } from '../../src/infra/redis/redis.ts';
import { waitFor } from '../support/wait-for.ts';

/** A database of its own: it is emptied again and again. */
const redisUrl = (): string => Object.assign(new URL(process.env.TEST_REDIS_URL ?? ''), { pathname: '/5' }).href;

interface Process {
  cache: LayeredCache;
  versions: Versions;
  /** Breaks its connections; they come back by themselves. */
  cutOff(): void;
  isConnected(): boolean;
  stop(): void;
}

let stores = 0;

function startProcess(store: string, makingMs?: number): Process {
  const [redis, subscriber] = [openRedis(redisUrl(), 'produce'), openRedis(redisUrl(), 'subscribe')];
  const versions = openVersions(redis, subscriber, store);
  const both = [redis, subscriber];
  return {
    versions,
    cache: openLayeredCache({ redis, versions, store }, makingMs),
    cutOff() {
      for (const connection of both) connection.disconnect(true);
    },
    isConnected: () => both.every(({ status }) => status === 'ready') && versions.of([]) !== undefined,
    stop() {
      for (const connection of both) connection.disconnect();
    },
  };
}

describe('the layered cache', function () {
  this.timeout(120_000);
  let admin: RedisClient;
  const started: Process[] = [];
  let store: string;
  before(() => {
    admin = openRedis(redisUrl(), 'consume');
  });
  beforeEach(() => {
    store = `cache${process.pid}-${++stores}`;
  });
  afterEach(() => {
    for (const one of started.splice(0)) one.stop();
  });
  after(() => admin.disconnect());

  const start = async (makingMs?: number): Promise<Process> => {
    const one = startProcess(store, makingMs);
    started.push(one);
    await waitFor('it is connected', async () => one.isConnected());
    return one;
  };
  const entry = (seconds = 60) => ({ key: 'thing:1', on: ['thing:1'], seconds });

  it('keeps at most 40 MB in the memory of a process', async () => {
    const one = await start();
    const text = 'x'.repeat(1_000_000);
    let made = 0;
    const make = async () => {
      made += 1;
      return { text };
    };
    const read = (n: number) => one.cache.read({ key: `large:${n}`, on: ['large'], seconds: 60 }, make);
    const forgetInRedis = async () => {
      const keys = await admin.keys(`*${store}*large:*`);
      await admin.del(keys);
    };
    for (let n = 0; n < 10; n++) await read(n);
    await forgetInRedis();
    await read(0);
    expect(made, 'ten of two megabytes stay').to.equal(10);
    for (let n = 10; n < 30; n++) await read(n);
    await forgetInRedis();
    await read(1);
    expect(made, 'thirty do not').to.equal(31);
  });

  it('makes a value once for 500 readers in three processes, and once again when it is over', async () => {
    const processes = [await start(), await start(), await start()];
    let made = 0;
    const make = async () => {
      made += 1;
      await wait(30);
      return { n: made };
    };
    const readers = () =>
      Promise.all(Array.from({ length: 500 }, (_, i) => processes[i % 3]?.cache.read(entry(1), make)));
    expect(new Set((await readers()).map((value) => value?.n))).to.deep.equal(new Set([1]));
    expect(made).to.equal(1);
    await wait(1_200);
    // What is over is served once more while it is made anew.
    expect(new Set((await readers()).map((value) => value?.n)).has(1)).to.equal(true);
    await waitFor('it is made anew', async () => made > 1);
    await readers();
    expect(made).to.equal(2);
  });

  it('never puts an old value back, however late a slow reader comes', async () => {
    const [slow, quick] = [await start(), await start()];
    let truth = 1;
    const gate = Promise.withResolvers<void>();
    const late = slow.cache.read(entry(), async () => {
      const value = { n: truth };
      await gate.promise;
      return value;
    });
    await wait(30);
    truth = 2;
    await quick.versions.raise(['thing:1']);
    gate.resolve();
    await late;
    for (const { cache } of [slow, quick]) {
      const value = await cache.read(entry(), async () => ({ n: truth }));
      expect(value?.n).to.equal(2);
    }
  });

  it('believes for a while that there is nothing, until something is', async () => {
    const { cache, versions } = await start();
    let made = 0;
    const make = async () => {
      made += 1;
      return undefined;
    };
    expect(await cache.read(entry(), make)).to.equal(undefined);
    expect(await cache.read(entry(), make)).to.equal(undefined);
    expect(made).to.equal(1);
    await versions.raise(['thing:1']);
    expect(await cache.read(entry(), async () => ({ n: 1 }))).to.deep.equal({ n: 1 });
  });

  it('answers from memory without asking anybody what is there and fresh', async () => {
    const { cache, versions } = await start();
    const make = async () => ({ n: 1 });
    expect(cache.inMemory(entry()), 'not read yet').to.equal(undefined);
    await cache.read(entry(), make);
    const { value, until = 0 } = cache.inMemory(entry()) ?? {};
    expect(value).to.deep.equal({ n: 1 });
    expect(until - Date.now(), 'the value lives longer than its versions are trusted').to.be.within(3_000, 5_000);
    const before = cache.changes();
    await versions.raise(['thing:1']);
    expect(cache.changes()).to.not.equal(before);
    expect(cache.inMemory(entry()), 'changed').to.equal(undefined);
    const short = { key: 'thing:2', on: [], seconds: 0.05 };
    await cache.read(short, make);
    expect((cache.inMemory(short)?.until ?? 0) - Date.now(), 'its life').to.be.below(60);
    await wait(60);
    expect(cache.inMemory(short), 'over').to.equal(undefined);
    await cache.read({ ...short, key: 'thing:3' }, async () => undefined);
    expect(cache.inMemory({ ...short, key: 'thing:3' }), 'nothing').to.equal(undefined);
  });

  it('knows nothing of a value that is kept in another form, as by an earlier release, or is no JSON', async () => {
    const { cache, versions } = await start();
    const version = await versions.of(['thing:1']);
    const earlier = JSON.stringify({ value: { value: { n: 7 }, at: 1 }, logicalExpiration: 1 });
    for (const [n, text] of [earlier, '', 'x', 'null', '7', '[]'].entries()) {
      const other = { ...entry(), key: `thing:other-${n}` };
      await admin.set(`${store}:${other.key}@${version}`, text);
      expect(await cache.read(other, async () => ({ n })), text).to.deep.equal({ n });
    }
  });

  it('throws what the maker throws, and keeps nothing of it', async () => {
    const { cache } = await start();
    const fault = new Error('no such thing');
    const thrown = await cache
      .read(entry(), async () => {
        throw fault;
      })
      .catch((error: unknown) => error);
    expect(thrown).to.equal(fault);
    expect(await cache.read(entry(), async () => ({ n: 1 }))).to.deep.equal({ n: 1 });
  });

  it('answers without Redis, from what was made a second ago at most, and is back by itself', async () => {
    const one = await start();
    let made = 0;
    const make = async () => ({ n: ++made });
    await one.cache.read(entry(), make);
    one.stop();
    await waitFor('it is alone', async () => !one.isConnected());
    const readers = Array.from({ length: 50 }, () => one.cache.read(entry(), make));
    expect(new Set((await Promise.all(readers)).map((value) => value?.n))).to.deep.equal(new Set([2]));
  });

  it('makes a hundred values at once of which each reads another, with Redis and without', async () => {
    const one = await start();
    const leaf = async () => {
      await wait(1);
      return { n: 1 };
    };
    const page = (n: number) =>
      one.cache.read({ key: `page:${n}`, on: ['thing:1'], seconds: 1, isComposed: true }, async () => {
        const fact = one.cache.read({ key: `fact:${n}`, on: ['thing:1'], seconds: 60 }, leaf);
        const [known, level] = await Promise.all([fact, one.cache.limit(leaf)]);
        return { n: (known?.n ?? 0) + level.n };
      });
    const pages = (from: number) => Promise.all(Array.from({ length: 100 }, (_, i) => page(from + i)));
    expect(new Set((await pages(0)).map((value) => value?.n))).to.deep.equal(new Set([2]));
    one.stop();
    await waitFor('it is alone', async () => !one.isConnected());
    expect(new Set((await pages(100)).map((value) => value?.n))).to.deep.equal(new Set([2]));
  });

  it('gives up a value that is not made in time, and makes it for who asks after that', async () => {
    const { cache } = await start(50);
    const late = await cache.read(entry(), () => new Promise(() => undefined)).catch((error: unknown) => error);
    expect(late).to.include({ code: 'ETIMEDOUT' });
    expect(await cache.read(entry(), async () => ({ n: 1 }))).to.deep.equal({ n: 1 });
  });

  it('makes anew what is read most before it is over', async () => {
    const { cache } = await start();
    let made = 0;
    const make = async () => ({ n: ++made });
    const life = 600;
    expect(await cache.refresh(entry(life), make), 'not kept').to.equal(true);
    expect(await cache.refresh(entry(life), make), 'young').to.equal(false);
    await wait(20);
    expect(await cache.refresh(entry(0.03), make), 'more than half of its life').to.equal(true);
    expect((await cache.read(entry(life), make))?.n).to.equal(2);
  });

  /** What happens to three processes, one after the other and without waiting for the end of it. */
  const step = fc.oneof(
    { weight: 8, arbitrary: fc.record({ kind: fc.constant('read' as const), at: fc.nat(2), key: fc.nat(1) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('write' as const), at: fc.nat(2), key: fc.nat(1) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('cut' as const), at: fc.nat(2), key: fc.nat(1) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const), at: fc.nat(2), key: fc.nat(1) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('empty' as const), at: fc.nat(2), key: fc.nat(1) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('pause' as const), at: fc.nat(2), key: fc.nat(1) }) },
  );

  it('agrees with the truth after quiet, and shows nobody an older value than before, whatever happens', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 80 }), async (steps) => {
        store = `cache${process.pid}-${++stores}`;
        const shop = await openModel([await start(), await start(), await start()]);
        for (const { kind, at, key } of steps) {
          if (kind === 'pause') await wait(3);
          else await shop[kind](at, key);
        }
        await shop.quiet();
        for (const one of shop.processes) one.stop();
      }),
      { numRuns: Number(process.env.CACHE_RUNS ?? 25), endOnFailure: true },
    );
  });

  /** Two things in a database, three processes, and a client at each of them. */
  async function openModel(processes: Process[]) {
    const truth = [1, 1];
    const seen = processes.map(() => [0, 0]);
    const pending: Promise<unknown>[] = [];
    const faults: string[] = [];
    const name = (key: number) => `thing:${key}`;
    /** A statement reads the truth at one instant, and its answer takes a while. */
    const make = async (key: number) => {
      await wait(Math.random() * 2);
      const value = { n: truth[key] ?? 0 };
      await wait(Math.random() * 6);
      return value;
    };
    async function look(at: number, key: number): Promise<number> {
      const [one, client] = [processes[at] as Process, seen[at] as number[]];
      const before = client[key] ?? 0;
      const value = await one.cache.read({ key: name(key), on: [name(key)], seconds: 60 }, () => make(key));
      const n = value?.n ?? 0;
      if (n < before) faults.push(`process ${at} showed ${n} of ${key} after ${before}`);
      client[key] = Math.max(client[key] ?? 0, n);
      return n;
    }
    /** As the outbox does: until it is told. Whoever reads in this process after that sees the change. */
    async function tell(at: number, key: number): Promise<void> {
      const written = truth[key] ?? 0;
      const { versions, cache } = processes[at] as Process;
      for (let isTold = false; !isTold; ) {
        isTold = await versions.raise([name(key)]);
        // A process that is gone tells nobody: another takes it over, as the sweeper does.
        if (!isTold && processes[at]?.versions !== versions) return tell(at, key);
        if (!isTold) await wait(10);
      }
      const value = await cache.read({ key: name(key), on: [name(key)], seconds: 60 }, () => make(key));
      if ((value?.n ?? 0) < written)
        faults.push(`process ${at} showed ${value?.n} of ${key} after it was told of ${written}`);
    }
    return {
      processes,
      read: async (at: number, key: number) => void pending.push(look(at, key)),
      async write(at: number, key: number) {
        truth[key] = (truth[key] ?? 0) + 1;
        pending.push(tell(at, key));
      },
      cut: async (at: number) => processes[at]?.cutOff(),
      async restart(at: number) {
        // Its client comes to another process, and has not seen anything there.
        processes[at]?.stop();
        processes[at] = await start();
        seen[at] = [0, 0];
      },
      empty: async () => void (await admin.flushdb()),
      async quiet() {
        await Promise.all(pending);
        for (const [at, one] of processes.entries()) {
          await waitFor(`process ${at} is back`, async () => one.isConnected());
          for (const key of [0, 1])
            await waitFor(
              `process ${at} knows the truth about ${key}`,
              async () => (await look(at, key)) === truth[key],
              3_000,
            );
        }
        expect(faults).to.deep.equal([]);
      },
    };
  }
});
