import { expect } from 'chai';
import { z } from 'zod';
import { route } from '../../src/api/http/route.ts';
import { openShop, readBasket, type Shop } from './sample-shop.ts';

const isAlive = route({
  method: 'get',
  path: '/alive',
  permission: 'public',
  access: 'public',
  limit: 'none',
  tag: 'health',
  summary: 'Whether the process lives',
  answers: { 200: { description: 'It does', schema: z.unknown() } },
  handle: async () => ({ status: 200, body: {} }),
});

describe('a server whose database is overloaded', () => {
  let shop: Shop;
  before(async () => {
    shop = await openShop([readBasket, isAlive], { isOverloaded: () => true, waitSeconds: () => 7 });
  });
  after(() => shop.close());

  it('turns requests away at once and says when to come back', async () => {
    const answer = await fetch(`${shop.url}/baskets/1`);
    const { error } = (await answer.json()) as { error: { code: string } };
    expect([answer.status, error.code]).to.deep.equal([503, 'DATABASE_BUSY']);
    expect(answer.headers.get('retry-after')).to.equal('7');
  });

  it('still tells that it lives', async () => {
    expect((await fetch(`${shop.url}/alive`)).status).to.equal(200);
  });
});
