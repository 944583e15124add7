import { expect } from 'chai';
import { z } from 'zod';
import { type RouteWatch, watchRoutes } from '../../src/api/http/limits/stuck-routes.ts';
import { route } from '../../src/api/http/route.ts';
import { logger } from '../../src/infra/observability/log.ts';
import { waitFor } from '../support/wait-for.ts';
import { openShop, type Shop } from './sample-shop.ts';

const public_ = { permission: 'public', access: 'public', tag: 'Samples', method: 'get' } as const;
const answers = { 200: { description: 'Any', schema: z.unknown() } };

describe('a request without end', () => {
  let shop: Shop;
  let events: string[];
  const watch: RouteWatch = {
    ended: (path) => events.push(`${path} ended`),
    timedOut: (path) => events.push(`${path} timed out`),
    isStuck: () => false,
  };
  const hangs = route({
    ...public_,
    path: '/hangs',
    summary: 'Hangs',
    answers,
    handle: () => new Promise(() => undefined),
  });
  const fails = route({
    ...public_,
    path: '/fails',
    summary: 'Fails',
    answers,
    handle: () => Promise.reject(new Error('no')),
  });
  const streams = route({
    ...public_,
    path: '/streams',
    summary: 'Takes its time',
    answers,
    async handle({ raw: { response } }) {
      response.write('begun, ');
      await waitFor('the limit is over', () => events.includes('/hangs timed out'));
      response.end('ended');
      return 'handled';
    },
  });
  beforeEach(async () => {
    events = [];
    shop = await openShop([hangs, fails, streams], { responseTimeout: { ms: 50, watch } });
  });
  afterEach(() => shop.close());

  it('is answered that it took too long; what has begun to be sent may take longer', async () => {
    const stream = fetch(`${shop.url}/streams`);
    const answer = await fetch(`${shop.url}/hangs`);
    const { error } = (await answer.json()) as { error: { code: string } };
    expect([answer.status, error.code, answer.headers.get('retry-after')]).to.deep.equal([
      503,
      'REQUEST_TIMED_OUT',
      '2',
    ]);
    expect(await (await stream).text()).to.equal('begun, ended');
    expect(events).to.have.members(['/hangs timed out', '/streams ended']);
  });

  it('is told from one that fails', async () => {
    expect((await fetch(`${shop.url}/fails`)).status).to.equal(500);
    expect(events).to.deep.equal(['/fails ended']);
  });
});

describe('a route that comes to no end', () => {
  // What is observed at the level of errors would stand between the lines of the tests.
  before(() => {
    logger.silent = true;
  });
  after(() => {
    logger.silent = false;
  });

  it('makes the process unready, and ends it, when nothing of it ended for half a minute', () => {
    let now = 0;
    const watch = watchRoutes(
      () => undefined,
      () => now,
    );
    const at = (ms: number, path: string) => {
      now = ms;
      watch.timedOut(path);
      return watch.isStuck();
    };
    expect([at(0, '/a'), at(40_000, '/a'), at(40_000, '/b')]).to.deep.equal([false, false, false]);
    watch.ended('/a');
    expect([at(41_000, '/a'), at(50_000, '/a'), at(60_000, '/a')]).to.deep.equal([false, false, false]);
    watch.ended('/b');
    expect(at(71_000, '/a')).to.equal(true);
  });
});
