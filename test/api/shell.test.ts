import { expect } from 'chai';
import { GUEST } from '../../src/api/auth/principal.ts';
import { makeApp } from '../../src/api/http/app.ts';
import { type Outcome, type RawCall, route } from '../../src/api/http/route.ts';
import { currentTrace } from '../../src/infra/observability/trace.ts';
import { doing, hook, makeBasket, openShop, readBasket, type Shop } from './sample-shop.ts';

const ok = async (): Promise<Outcome> => ({ status: 200, body: { ok: true } });
const start = (...routes: ReturnType<typeof doing>[]) =>
  makeApp(routes, { observe: () => undefined, authenticate: async () => GUEST });

describe('the table of routes', () => {
  it('does not start with a route that declares no permission', () => {
    const open = doing(ok);
    const facts = { ...open.facts, permission: JSON.parse('null') };
    expect(() => start({ ...open, facts })).to.throw('GET /do declares no permission');
  });

  it('does not start with a permission nobody knows', () => {
    const open = doing(ok);
    expect(() => start({ ...open, facts: { ...open.facts, permission: JSON.parse('"moon:read"') } })).to.throw(
      /exists/,
    );
  });

  it('does not start with a method and path declared twice, whatever the parameter is called', () => {
    expect(() => start(doing(ok), doing(ok))).to.throw('GET /do is declared twice');
    const other = { ...readBasket, facts: { ...readBasket.facts, path: '/baskets/{basketId}' } };
    expect(() => start(readBasket, other)).to.throw('declared twice');
    const removal = { ...other, facts: { ...other.facts, method: 'delete' as const } };
    expect(() => start(readBasket, removal)).to.throw('name the same parameter differently');
  });

  it('does not start with a route without answers, or with a parameter without a schema', () => {
    const mute = doing(ok);
    expect(() => start({ ...mute, facts: { ...mute.facts, answers: {} } })).to.throw('declares no answers');
    expect(() => start(doing(ok, '/do/{id}'))).to.throw('has no schema for its parameters');
  });
});

describe('the shell', () => {
  let behaviour: (call: RawCall) => Promise<Outcome>;
  let shop: Shop;
  const ask = (headers: Record<string, string> = {}, init: RequestInit = {}) =>
    fetch(`${shop.url}/do`, { headers, ...init });

  beforeEach(async () => {
    behaviour = ok;
    shop = await openShop([readBasket, makeBasket, hook, doing((call) => behaviour(call)), literal, traced]);
  });
  afterEach(() => shop.close());

  it('returns the request id it was given and replaces one that is not fit for a log', async () => {
    const given = 'Order_7.retry-2';
    expect((await ask({ 'x-request-id': given })).headers.get('x-request-id')).to.equal(given);
    for (const bad of ['a b', 'x'.repeat(129), 'a"b', '<script>']) {
      expect((await ask({ 'x-request-id': bad })).headers.get('x-request-id')).to.match(/^[0-9a-f-]{36}$/);
    }
    expect((await ask()).headers.get('x-request-id')).to.match(/^[0-9a-f-]{36}$/);
  });

  it('works under the request id and a span of the trace it was given', async () => {
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
    const parent = '00f067aa0ba902b7';
    behaviour = async () => ({ status: 200, body: currentTrace() });
    const traced = async (traceparent: string) =>
      (await (await ask({ 'x-request-id': 'r1', traceparent })).json()) as { requestId: string; traceparent: string };
    const answer = await traced(`00-${trace}-${parent}-01`);
    expect(answer.requestId).to.equal('r1');
    expect(answer.traceparent)
      .to.match(new RegExp(`^00-${trace}-[0-9a-f]{16}-01$`))
      .and.not.contain(parent);
    expect((await traced(`00-${trace}-${parent}-00`)).traceparent).to.match(/-00$/);
    for (const bad of ['', 'nonsense', `00-${'0'.repeat(32)}-${parent}-01`, `ff-${trace}-${parent}-01`]) {
      expect((await traced(bad)).traceparent)
        .to.match(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
        .and.not.contain(trace);
    }
  });

  it('names the trace in a header', async () => {
    behaviour = async () => ({ status: 200, body: currentTrace() });
    const answer = await ask();
    const { traceparent } = (await answer.json()) as { traceparent: string };
    expect(answer.headers.get('x-trace-id'))
      .to.match(/^[0-9a-f]{32}$/)
      .and.equal(traceparent.slice(3, 35));
  });

  it('is still under that trace when the body has been read', async () => {
    const headers = { 'content-type': 'application/json', 'x-request-id': 'r2' };
    const answer = await fetch(`${shop.url}/traced`, { method: 'POST', headers, body: '{"items": []}' });
    expect(await answer.json()).to.include({ requestId: 'r2' });
  });

  it('reports each request once: method, declared path, status and time, nothing of its content', async () => {
    await fetch(`${shop.url}/baskets/77?limit=9`, { headers: { 'x-cart-token': 'secret' } });
    const { fields } = await shop.fact('http.request');
    expect(fields).to.have.all.keys('method', 'route', 'status', 'ms');
    expect(fields).to.include({ method: 'GET', route: '/baskets/{id}', status: 200 });
    expect(shop.facts).to.have.length(1);
  });

  it('reports a path that no route has without its text', async () => {
    await fetch(`${shop.url}/baskets/a@b.example/secret`);
    expect((await shop.fact('http.request')).fields).to.include({ route: 'none', status: 404 });
  });

  it('hands the handler checked and converted values, and defaults', async () => {
    const answer = await fetch(`${shop.url}/baskets/12`);
    expect(await answer.json()).to.deep.equal({ id: 12, limit: 20 });
    expect(answer.headers.get('content-type')).to.equal('application/json; charset=utf-8');
    expect(answer.headers.get('x-powered-by')).to.equal(null);
  });

  it('prefers a literal segment to a parameter, in whatever order they were declared', async () => {
    expect(await (await fetch(`${shop.url}/baskets/new`)).json()).to.deep.equal({ literal: true });
  });

  it('answers 304 without a body to the ETag it gave, and 200 to another', async () => {
    const url = `${shop.url}/baskets/5`;
    const etag = (await fetch(url)).headers.get('etag') ?? '';
    expect(etag).to.match(/^"[\w-]+"$/);
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const again = await fetch(url, { headers: { 'if-none-match': known } });
      expect([again.status, await again.text(), again.headers.get('etag')]).to.deep.equal([304, '', etag]);
    }
    expect((await fetch(url, { headers: { 'if-none-match': '"other"' } })).status).to.equal(200);
    expect((await fetch(`${url}?limit=3`, { headers: { 'if-none-match': etag } })).status).to.equal(200);
  });

  it('answers HEAD like GET without the body, and OPTIONS with the methods', async () => {
    const head = await ask({}, { method: 'HEAD' });
    expect([head.status, await head.text()]).to.deep.equal([200, '']);
    const options = await ask({}, { method: 'OPTIONS' });
    expect([options.status, options.headers.get('allow')]).to.deep.equal([204, 'GET, HEAD, OPTIONS']);
  });

  it('gives raw bytes to a route that asks for them, of any content type or none', async () => {
    const post = (body: string, headers = {}) => fetch(`${shop.url}/hooks/stripe`, { method: 'POST', body, headers });
    expect(await (await post('{"broken')).json()).to.deep.equal({ bytes: 8 });
    expect(await (await post('{}', { 'content-type': 'application/json' })).json()).to.deep.equal({ bytes: 2 });
    expect(await (await post('')).json()).to.deep.equal({ bytes: 0 });
  });

  it('lets a handler write the response itself', async () => {
    behaviour = async ({ raw }) => {
      raw.response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      raw.response.end('event: transition\n\n');
      return 'handled';
    };
    const answer = await ask({ 'x-request-id': 'sse' });
    expect(answer.headers.get('x-request-id')).to.equal('sse');
    expect(await answer.text()).to.equal('event: transition\n\n');
  });

  it('tells a waiting handler when its client goes away, and logs that nobody was answered', async () => {
    const gone = Promise.withResolvers<boolean>();
    const arrived = Promise.withResolvers<void>();
    behaviour = async ({ signal }) => {
      signal.addEventListener('abort', () => gone.resolve(signal.aborted));
      arrived.resolve();
      await gone.promise;
      return { status: 200 };
    };
    const leave = new AbortController();
    const answer = ask({}, { signal: leave.signal }).catch(() => 'left');
    await arrived.promise;
    leave.abort();
    expect(await answer).to.equal('left');
    expect(await gone.promise).to.equal(true);
    expect((await shop.fact('http.request')).fields).to.include({ status: 499 });
  });

  it('does not abort the signal of a request that was answered', async () => {
    let signal: AbortSignal | undefined;
    behaviour = async (call) => {
      signal = call.signal;
      return { status: 204 };
    };
    expect((await ask()).status).to.equal(204);
    await shop.fact('http.request');
    expect(signal?.aborted).to.equal(false);
  });
});

const literal = route({
  ...readBasket.facts,
  rawBody: undefined,
  params: undefined,
  query: undefined,
  path: '/baskets/new',
  handle: async () => ({ status: 200, body: { literal: true } }),
});

const traced = route({
  ...makeBasket.facts,
  rawBody: undefined,
  path: '/traced',
  handle: async () => ({ status: 200, body: currentTrace() }),
});
