import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { RedisClient } from '../../src/infra/redis/connections.ts';
import { type Counter, openCounter, type Spent } from '../../src/infra/redis/rate-limit.ts';
import { openRedis } from '../../src/infra/redis/redis.ts';
import { waitFor } from '../support/wait-for.ts';

const POINTS = 1_000;

describe('a coarse limit', () => {
  let redis: RedisClient;
  before(async () => {
    redis = openRedis(process.env.TEST_REDIS_URL ?? '', 'produce');
    await waitFor('Redis is there', () => redis.status === 'ready');
  });
  after(() => redis.disconnect());

  const open = (name: string): Counter => openCounter(redis, { name, points: POINTS, seconds: 600, isCoarse: true });
  const spendAtOnce = async (counter: Counter, key: string, times: number): Promise<Spent[]> => {
    const spent = await Promise.all(Array.from({ length: times }, () => counter.spend(key)));
    return spent.map((one) => {
      if (one === 'unavailable') throw new Error('nobody counted');
      return one;
    });
  };

  it('lets all of a caller’s requests through that it allows, however many come at once', async () => {
    const counter = open(randomUUID());
    const key = randomUUID();
    const rounds: Spent[] = [];
    for (let i = 0; i < 15; i++) rounds.push(...(await spendAtOnce(counter, key, 64)));
    expect(rounds.filter(({ isOver }) => isOver)).to.have.length(0);
    expect(Math.min(...rounds.map(({ remaining }) => remaining))).to.equal(POINTS - rounds.length);
    const beyond = await spendAtOnce(counter, key, 100);
    expect(beyond.filter(({ isOver }) => !isOver)).to.have.length(POINTS - rounds.length);
  });

  it('is exact to a hundredth per process', async () => {
    const name = randomUUID();
    const [one, other] = [open(name), open(name)];
    const key = randomUUID();
    await spendAtOnce(one, key, 1);
    const passed = (await spendAtOnce(other, key, POINTS)).filter(({ isOver }) => !isOver).length;
    expect(passed).to.equal(POINTS - POINTS / 100);
  });
});
