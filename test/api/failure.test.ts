import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import type { Outcome, RawCall } from '../../src/api/http/route.ts';
import { conflict, refused, unavailable } from '../../src/domain/errors.ts';
import { answers } from '../../src/infra/database/connections/pipelining-client.ts';
import { STALE } from '../../src/infra/database/pending-writes.ts';
import { doing, hook, makeBasket, openShop, readBasket, type Shop } from './sample-shop.ts';

const VARIANT = '0198c2f4-6c1e-7000-8000-000000000001';
const JSON_TYPE = { 'content-type': 'application/json' };

interface Failed {
  error: { code: string; type: string; message: string; details: unknown; requestId: string; timestamp: string };
}

describe('a failure', () => {
  let behaviour: (call: RawCall) => Promise<Outcome>;
  let shop: Shop;
  before(async () => {
    shop = await openShop([readBasket, makeBasket, hook, doing((call) => behaviour(call))]);
  });
  beforeEach(() => shop.facts.splice(0));
  after(() => shop.close());

  /** Asks, checks the one error format, and returns what differs. */
  async function failed(path: string, init: RequestInit = {}) {
    const answer = await fetch(shop.url + path, init);
    const { error } = (await answer.json()) as Failed;
    expect(error).to.have.all.keys('code', 'type', 'message', 'details', 'requestId', 'timestamp');
    expect(error.requestId).to.equal(answer.headers.get('x-request-id'));
    expect(error.timestamp).to.equal(new Date(error.timestamp).toISOString());
    expect(answer.headers.get('content-type')).to.equal('application/json; charset=utf-8');
    return { status: answer.status, headers: answer.headers, ...error };
  }
  const post = (body: string | Buffer, headers: Record<string, string> = JSON_TYPE) =>
    failed('/baskets', { method: 'POST', body: body as RequestInit['body'], headers });
  const wrong = async (body: unknown) => (await post(JSON.stringify(body))).details;
  const thrown = async (error: unknown) => {
    behaviour = () => Promise.reject(error);
    return failed('/do');
  };

  it('is told for a path that no route has, and for a path that cannot be decoded', async () => {
    const unknown = await failed('/nowhere?x=1', { method: 'DELETE' });
    expect(unknown).to.include({ status: 404, code: 'ROUTE_NOT_FOUND', type: 'BUSINESS_LOGIC_ERROR' });
    expect(unknown.details).to.deep.equal({ method: 'DELETE', path: '/nowhere' });
    expect(await failed('/baskets/%ZZ')).to.include({ status: 400, code: 'VALIDATION_FAILED' });
  });

  it('names the allowed methods for a wrong one', async () => {
    const answer = await failed('/baskets/1', { method: 'PUT' });
    expect(answer).to.include({ status: 405, code: 'METHOD_NOT_ALLOWED', type: 'VALIDATION_ERROR' });
    expect(answer.headers.get('allow')).to.equal('GET, HEAD, OPTIONS');
  });

  it('is 400 for JSON that is nested too deep or holds half a surrogate pair, in whatever encoding', async () => {
    const arrays = (levels: number) => `${'['.repeat(levels)}"\\ud83d\\ude00"${']'.repeat(levels)}`;
    const expected = 'at most 32 levels of objects and arrays';
    for (const levels of [33, 49_000]) {
      const answer = await post(arrays(levels));
      expect(answer, `${levels}`).to.include({ status: 400, code: 'VALIDATION_FAILED' });
      expect(answer.details).to.deep.equal([{ where: 'body', problem: 'is nested too deep', expected }]);
    }
    expect(JSON.stringify((await post(arrays(32))).details)).to.not.contain('nested');
    const half = '{"name": "\ud800"}';
    for (const body of ['{"name": "\\ud800"}', Buffer.from(half, 'utf16le')]) {
      const charset = typeof body === 'string' ? 'utf-8' : 'utf-16le';
      const answer = await post(body, { 'content-type': `application/json; charset=${charset}` });
      expect(JSON.stringify(answer.details), charset).to.contain('half of a surrogate pair');
    }
  });

  it('says where JSON breaks without repeating it', async () => {
    const answer = await post('{"secret": "hunter2",,}');
    expect(answer).to.include({ status: 400, code: 'MALFORMED_JSON', type: 'VALIDATION_ERROR' });
    expect(JSON.stringify(answer.details))
      .to.match(/breaks at position 21/)
      .and.not.contain('hunter2');
    expect(await post('{"items": [')).to.include({ code: 'MALFORMED_JSON' });
  });

  it('is 415 for a body that is not JSON, in a charset or an encoding nobody asked for', async () => {
    const types = [
      'text/plain',
      'application/x-www-form-urlencoded',
      'application/jsonp',
      'application/json; charset=cp037',
    ];
    for (const type of types) {
      expect(await post('{"items": []}', { 'content-type': type })).to.include({
        status: 415,
        code: 'UNSUPPORTED_MEDIA_TYPE',
      });
    }
    const unsupported = async (headers: object) => {
      const { status, message, details } = await post('{}', { ...JSON_TYPE, ...headers });
      return [status, message, details];
    };
    expect(await unsupported({ 'content-encoding': 'rot13' })).to.deep.equal([
      415,
      'The encoding of the body is not supported.',
      [{ where: 'header.content-encoding', problem: 'is not supported', expected: 'gzip, deflate, br or none' }],
    ]);
    expect(await unsupported({ 'content-type': 'application/json; charset=cp037' })).to.deep.equal([
      415,
      'The charset of the body is not supported.',
      [{ where: 'header.content-type', problem: 'is not supported', expected: 'charset=utf-8' }],
    ]);
  });

  it('names the encoding of a body that cannot be decompressed', async () => {
    for (const encoding of ['gzip', 'deflate', 'br']) {
      const answer = await post('{"items": []}', { ...JSON_TYPE, 'content-encoding': encoding });
      expect(answer, encoding).to.include({ status: 400, code: 'VALIDATION_FAILED' });
      expect(answer.details, encoding).to.deep.equal([
        {
          where: 'header.content-encoding',
          problem: 'does not match the body, which cannot be decompressed',
        },
      ]);
    }
  });

  it('is 413 beyond 100 kB, also when it was small on the way, for JSON and raw bodies', async () => {
    const large = JSON.stringify({ items: [], note: 'x'.repeat(100_000) });
    expect(await post(large)).to.include({ status: 413, code: 'PAYLOAD_TOO_LARGE' });
    expect(await post(gzipSync(large), { ...JSON_TYPE, 'content-encoding': 'gzip' })).to.include({ status: 413 });
    expect(await failed('/hooks/stripe', { method: 'POST', body: large })).to.include({ status: 413 });
  });

  it('names each problem of a body with its place and what would be right', async () => {
    const items = [
      { variantId: VARIANT, quantity: 0 },
      { variantId: 'x', quantity: 'two' },
    ];
    expect(await wrong({ items, note: 'too long' })).to.deep.equal([
      { where: 'body.items[0].quantity', problem: 'Too small: expected number to be >=1', expected: 'at least 1' },
      { where: 'body.items[1].variantId', problem: 'Invalid UUID', expected: 'uuid' },
      {
        where: 'body.items[1].quantity',
        problem: 'Invalid input: expected number, received string',
        expected: 'number',
      },
      {
        where: 'body.note',
        problem: 'Too big: expected string to have <=5 characters',
        expected: 'at most 5 characters',
      },
    ]);
  });

  it('names unknown fields and missing ones, and bodies that are no object or not there', async () => {
    const unknown = { problem: 'is an unknown field', expected: 'no such field' };
    const missing = { problem: 'is missing', expected: 'array' };
    expect(await wrong({ colour: 1, item: [] })).to.have.deep.members([
      { where: 'body.colour', ...unknown },
      { where: 'body.item', ...unknown },
      { where: 'body.items', ...missing },
    ]);
    expect(await wrong({ items: [{ variantId: VARIANT, quantity: 1, price: 1 }] })).to.deep.equal([
      { where: 'body.items[0].price', ...unknown },
    ]);
    expect((await wrong([])) as object[]).to.have.nested.property('[0].expected', 'object');
    expect((await failed('/baskets', { method: 'POST' })).details).to.deep.equal([
      { where: 'body', problem: 'is missing', expected: 'object' },
    ]);
  });

  it('names the problems of path and query together, and at most twenty', async () => {
    const answer = await failed('/baskets/one?limit=101&sort=up');
    expect(answer).to.include({ status: 400, code: 'VALIDATION_FAILED', type: 'VALIDATION_ERROR' });
    const places = (answer.details as { where: string }[]).map(({ where }) => where);
    expect(places).to.have.members(['path.id', 'query.limit', 'query.sort']);
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`field${index}`, index]));
    expect(await wrong(many)).to.have.length(20);
  });

  it('of the shop is told by its code, with the details', async () => {
    const details = { variantId: VARIANT, requested: 3, available: 1 };
    const answer = await thrown(refused('INSUFFICIENT_INVENTORY', details));
    expect(answer).to.include({ status: 409, code: 'INSUFFICIENT_INVENTORY', type: 'BUSINESS_LOGIC_ERROR' });
    expect(answer.details).to.deep.equal(details);
    expect(await thrown(conflict('CONCURRENT_UPDATE'))).to.include({ status: 409 });
    expect(await thrown(refused('CART_TOKEN_REQUIRED'))).to.include({ status: 401, type: 'AUTHENTICATION_ERROR' });
    expect(shop.facts.filter(({ name }) => name !== 'http.request')).to.deep.equal([]);
  });

  it('of something we depend on says when to come back', async () => {
    const answer = await thrown(unavailable('PROVIDER_UNAVAILABLE'));
    expect(answer).to.include({ status: 503, type: 'INFRASTRUCTURE_ERROR' });
    expect(Number(answer.headers.get('retry-after'))).to.be.greaterThan(0);
  });

  it('of the connection to Postgres is 503, however deep it is wrapped', async () => {
    const coded = (code: string) => Object.assign(new Error('lost'), { code });
    const lost = ['ECONNREFUSED', '57P01', '57P03', '08006', '08003'].map(coded);
    const wrapped = new Error('query failed', { cause: new Error('driver', { cause: coded('57P01') }) });
    for (const error of [...lost, wrapped, new Error('Connection terminated unexpectedly')]) {
      const answer = await thrown(error);
      expect(answer, error.message).to.include({ status: 503, code: 'DATABASE_UNAVAILABLE' });
      expect(answer.headers.get('retry-after')).to.match(/^\d+$/);
    }
  });

  it('of a pool without a free connection is 503, and says that the shop is busy while Postgres answers', async () => {
    const full = new Error('failed', { cause: new Error('timeout exceeded when trying to connect') });
    answers.lastAt = Date.now();
    const answer = await thrown(full);
    expect(answer).to.include({ status: 503, code: 'DATABASE_BUSY' });
    expect(answer.headers.get('retry-after')).to.match(/^\d+$/);
    answers.lastAt = 0;
    expect(await thrown(full)).to.include({ status: 503, code: 'DATABASE_UNAVAILABLE' });
  });

  it('of a statement is ours, unless the text or another transaction is to blame', async () => {
    const coded = (code: string) => Object.assign(new Error('no'), { code });
    expect(await thrown(coded('23505'))).to.include({ status: 500, code: 'INTERNAL_ERROR' });
    for (const code of ['40P01', STALE])
      expect(await thrown(coded(code))).to.include({ status: 409, code: 'CONCURRENT_UPDATE' });
    expect(await thrown(coded('22021'))).to.include({ status: 400, code: 'VALIDATION_FAILED' });
  });

  it('that nobody expected tells the client nothing and the log everything', async () => {
    for (const error of [new Error('password=hunter2'), 'hunter2', undefined]) {
      const answer = await thrown(error);
      expect(answer).to.include({ status: 500, code: 'INTERNAL_ERROR', type: 'INFRASTRUCTURE_ERROR' });
      expect(JSON.stringify(answer)).not.to.match(/hunter2|at .*\.ts/);
    }
    const { fields } = await shop.fact('http.failed');
    expect(fields).to.include({ route: '/do', error: 'Error: password=hunter2' });
    expect(Reflect.get(fields, 'stack')).to.contain('failure.test.ts');
  });

  it('to serialise the answer is an internal error, not a hanging request', async () => {
    behaviour = async () => ({ status: 200, body: { big: 1n } });
    expect(await failed('/do')).to.include({ status: 500, code: 'INTERNAL_ERROR' });
  });

  it('after the answer has begun cuts the connection instead of writing a second answer', async () => {
    behaviour = async ({ raw }) => {
      raw.response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      raw.response.write('event: one\n\n');
      throw new Error('in the middle');
    };
    const reading = fetch(`${shop.url}/do`).then((answer) => answer.text());
    expect(await reading.catch(() => 'cut')).to.equal('cut');
    expect((await shop.fact('http.failed')).fields).to.include({ error: 'Error: in the middle' });
  });

  it('leaves nothing of the success behind: no ETag, and no cache may keep it', async () => {
    behaviour = async ({ raw }) => {
      raw.response.setHeader('Cache-Control', 'public, max-age=60').setHeader('ETag', '"1"');
      throw refused('PRODUCT_NOT_FOUND');
    };
    const { headers } = await failed('/do');
    expect([headers.get('cache-control'), headers.get('etag')]).to.deep.equal(['no-store', null]);
  });
});
