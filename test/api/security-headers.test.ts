import { once } from 'node:events';
import type { Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { expect } from 'chai';
import express from 'express';
import { GUEST } from '../../src/api/auth/principal.ts';
import { type AppDeps, makeApp } from '../../src/api/http/app.ts';
import type { Outcome, RawCall } from '../../src/api/http/route.ts';
import { serve } from '../../src/api/server.ts';
import { ERRORS, type ErrorCode } from '../../src/domain/errors.ts';
import { logger } from '../../src/infra/observability/log.ts';
import { waitFor } from '../support/wait-for.ts';
import { doing, hook, makeBasket, openShop, readBasket, type Shop } from './sample-shop.ts';

const ORIGIN = 'https://shop.example.com';
const ROUTES = [readBasket, makeBasket, hook];

describe('the headers of every answer', () => {
  let shop: Shop;
  const open = async (deps: Partial<AppDeps> = {}, ...more: ReturnType<typeof doing>[]) => {
    shop = await openShop([...ROUTES, ...more], deps);
  };
  const head = async (path: string, init: RequestInit = {}) => (await fetch(shop.url + path, init)).headers;
  afterEach(() => shop.close());

  it('leave a browser nothing to do with it, whatever the answer is', async () => {
    await open(
      {},
      doing(() => Promise.reject(new Error('no'))),
    );
    for (const path of ['/baskets/1', '/baskets/x', '/nowhere', '/do', '/baskets/%ZZ', '/api/v1/openapi.json']) {
      const headers = await head(path);
      expect(headers.get('content-security-policy')?.split(';'), path).to.have.members([
        "default-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
      ]);
      expect(headers.get('x-content-type-options')).to.equal('nosniff');
      expect(headers.get('referrer-policy')).to.equal('no-referrer');
      expect(headers.get('x-frame-options')).to.equal('DENY');
      expect(headers.get('cross-origin-resource-policy')).to.equal('same-origin');
      expect([headers.get('strict-transport-security'), headers.get('x-powered-by')]).to.deep.equal([null, null]);
    }
  });

  it('keep it out of caches, unless it says itself that everybody may read it', async () => {
    await open();
    const keep = async (path: string) => (await head(path)).get('cache-control');
    for (const path of ['/baskets/1', '/baskets/x', '/nowhere', '/baskets/%ZZ', '/api/v1/docs']) {
      expect(await keep(path), path).to.equal('no-store');
    }
    expect(await keep('/api/v1/openapi.json')).to.equal('public, max-age=60');
    expect(await keep('/api/v1/docs/swagger-ui.css')).to.equal('public, max-age=86400');
  });

  it('ask for HTTPS only where there is HTTPS', async () => {
    await open({ securityHeaders: { corsOrigins: [], isHttpsOnly: true } });
    const header = (await head('/baskets/1')).get('strict-transport-security');
    expect(header).to.equal('max-age=31536000; includeSubDomains');
  });

  it('leave pages the policy they set themselves', async () => {
    const ops = express.Router();
    ops.get('/ops/page', (_request, response) => {
      response.set('Content-Security-Policy', "default-src 'self'").send('<p>');
    });
    await open({ ops });
    expect((await head('/api/v1/docs')).get('content-security-policy')).to.contain("script-src 'self'");
    expect((await head('/ops/page')).get('content-security-policy')).to.equal("default-src 'self'");
  });

  describe('to other origins', () => {
    const cors = { securityHeaders: { corsOrigins: [ORIGIN, 'http://localhost:5173'], isHttpsOnly: false } };
    const preflight = (origin: string, headers = 'x-cart-token') =>
      fetch(`${shop.url}/baskets`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': headers },
      });
    const listed = (header: string | null) => (header ?? '').toLowerCase().split(/\s*,\s*/);

    it('say nothing when none are set, and OPTIONS names the methods', async () => {
      await open();
      const answers = [await head('/baskets/1', { headers: { origin: ORIGIN } }), (await preflight(ORIGIN)).headers];
      const names = answers.flatMap((headers) => [...headers.keys()]);
      expect(names.filter((name) => name.startsWith('access-control') || name === 'vary')).to.deep.equal([]);
      expect((await preflight(ORIGIN)).headers.get('allow')).to.equal('POST, OPTIONS');
    });

    it('are named in Vary beside what the answer itself depends on', async () => {
      const facts = { ...readBasket.facts, path: '/prices' };
      const answer = async () => ({ status: 200, body: {}, headers: { Vary: 'Authorization' } });
      shop = await openShop([{ facts, answer }], cors);
      expect(listed((await head('/prices', { headers: { origin: ORIGIN } })).get('vary'))).to.have.members([
        'origin',
        'authorization',
      ]);
    });

    it('let those that are set send and read what the API needs, without cookies', async () => {
      await open(cors);
      const { status, headers } = await preflight(ORIGIN);
      expect([status, headers.get('access-control-allow-origin')]).to.deep.equal([204, ORIGIN]);
      const sent =
        'Authorization X-Api-Key X-Cart-Token Idempotency-Key If-Match If-None-Match Prefer X-Request-Id Content-Type Last-Event-ID';
      expect(listed(headers.get('access-control-allow-headers'))).to.include.members(sent.toLowerCase().split(' '));
      expect(listed(headers.get('access-control-allow-methods'))).to.include.members([
        'post',
        'put',
        'patch',
        'delete',
      ]);
      expect(Number(headers.get('access-control-max-age'))).to.be.at.least(600);
      const answer = await head('/baskets/1', { headers: { origin: 'http://localhost:5173' } });
      expect(answer.get('access-control-allow-origin')).to.equal('http://localhost:5173');
      const shown =
        'Location ETag Retry-After X-Request-Id X-Trace-Id RateLimit RateLimit-Policy Idempotent-Replayed Preference-Applied';
      expect(listed(answer.get('access-control-expose-headers'))).to.include.members(shown.toLowerCase().split(' '));
      for (const each of [headers, answer]) {
        expect(each.get('vary')).to.contain('Origin');
        expect(each.get('access-control-allow-credentials')).to.equal(null);
      }
    });

    it('tell them also why something failed', async () => {
      await open(cors);
      const answer = await head('/nowhere', { headers: { origin: ORIGIN } });
      expect(answer.get('access-control-allow-origin')).to.equal(ORIGIN);
    });

    it('let nobody else in, not even by a likeness', async () => {
      await open(cors);
      for (const origin of [`${ORIGIN}.evil.example`, 'http://shop.example.com', `${ORIGIN}:8443`, 'null', '*']) {
        expect((await preflight(origin)).headers.get('access-control-allow-origin'), origin).to.equal(null);
        expect((await head('/baskets/1', { headers: { origin } })).get('access-control-allow-origin')).to.equal(null);
      }
    });

    it('leave an OPTIONS that is no preflight its answer', async () => {
      await open(cors);
      const answer = await head('/baskets/1', { method: 'OPTIONS', headers: { origin: ORIGIN } });
      expect([answer.get('allow'), answer.get('access-control-allow-origin')]).to.deep.equal([
        'GET, HEAD, OPTIONS',
        ORIGIN,
      ]);
    });
  });
});

describe('the address of a client', () => {
  const seen = async (proxies: number | undefined, forwarded: string) => {
    const where = doing(async ({ raw }) => ({ status: 200, body: raw.request.ip }));
    const shop = await openShop([where], { ...(proxies !== undefined && { proxies }) });
    const answer = await fetch(`${shop.url}/do`, { headers: { 'x-forwarded-for': forwarded } });
    await shop.close();
    return answer.json();
  };

  it('is that of its connection: what it says of itself is not believed', async () => {
    for (const proxies of [undefined, 0]) expect(await seen(proxies, '203.0.113.9')).to.equal('127.0.0.1');
  });

  it('is the one that the outermost of the trusted proxies saw, whatever was claimed before', async () => {
    expect(await seen(1, '203.0.113.9')).to.equal('203.0.113.9');
    expect(await seen(1, '10.0.0.1, 203.0.113.9')).to.equal('203.0.113.9');
    expect(await seen(2, '10.0.0.1, 203.0.113.9, 192.0.2.4')).to.equal('203.0.113.9');
  });
});

describe('a connection', () => {
  const PATIENCE = { headersTimeout: 300, requestTimeout: 600, connectionsCheckingInterval: 50 };
  let behaviour: (call: RawCall) => Promise<Outcome>;
  let server: Server;
  let port: number;
  let sockets: Socket[];

  beforeEach(async () => {
    sockets = [];
    const routes = [...ROUTES, doing((call) => behaviour(call))];
    server = serve(makeApp(routes, { observe: () => undefined, authenticate: async () => GUEST }), PATIENCE);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  });
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  /** Says that, as bytes; `heard` is what was answered until the server had no more to say. */
  function speak(text: string): { socket: Socket; heard: Promise<string> } {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    sockets.push(socket);
    const chunks: string[] = [];
    socket.setEncoding('latin1').on('data', (chunk: string) => chunks.push(chunk));
    socket.on('error', () => undefined).write(text, 'latin1');
    const heard = Promise.race([once(socket, 'end'), once(socket, 'close')]).then(() => chunks.join(''));
    return { socket, heard };
  }
  const connectionCount = () =>
    new Promise<number>((resolve, reject) => {
      server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
    });
  const request = (line: string, ...headers: string[]) =>
    [`${line} HTTP/1.1`, 'Host: shop', ...headers, '', ''].join('\r\n');

  function expectFailure(answer: string, code: ErrorCode): void {
    const [head = '', body = ''] = answer.split('\r\n\r\n');
    expect(head).to.match(new RegExp(`^HTTP/1.1 ${ERRORS[code].status} [A-Z]`));
    expect(head).to.match(/^content-type: application\/json; charset=utf-8$/im);
    const { error } = JSON.parse(body) as { error: Record<string, unknown> };
    expect(error).to.have.all.keys('code', 'type', 'message', 'details', 'requestId', 'timestamp');
    const { type, message } = ERRORS[code];
    expect(error).to.include({ code, type, message });
    expect(head).to.contain(`X-Request-Id: ${error.requestId}`);
  }

  it('that sends its headers drop by drop is closed in time', async () => {
    const { socket, heard } = speak('GET /baskets/1 HTTP/1.1\r\nHost: shop\r\n');
    const drops = setInterval(() => socket.writable && socket.write('X-Drop: 1\r\n'), 20);
    const answer = await heard;
    clearInterval(drops);
    expectFailure(answer, 'REQUEST_TIMEOUT');
  });

  it('that says nothing, or sends its body drop by drop, is closed in time', async () => {
    const body = request('POST /baskets', 'Content-Type: application/json', 'Content-Length: 9');
    for (const text of ['', `${body}{`]) expectFailure(await speak(text).heard, 'REQUEST_TIMEOUT');
  });

  it('that was refused is cut, though the client would keep it', async () => {
    const { socket, heard } = speak('');
    await heard;
    expect(socket.writable).to.equal(true);
    await waitFor('no connection left', () => connectionCount().then((count) => count === 0));
  });

  it('stays open for as long as an answer takes, waiting or streaming', async () => {
    const slowly = request('POST /baskets', 'Content-Type: application/json', 'Content-Length: 9');
    // As long as the server bears with a request that began later.
    const longer = async () => expectFailure(await speak(slowly).heard, 'REQUEST_TIMEOUT');
    behaviour = async () => {
      await longer();
      return { status: 200, body: { waited: true } };
    };
    const waiting = speak(request('GET /do', 'Connection: close'));
    expect(await waiting.heard).to.contain('{"waited":true}');
    behaviour = async ({ raw }) => {
      raw.response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('data: first\n\n');
      await longer();
      raw.response.end('data: last\n\n');
      return 'handled';
    };
    const streaming = speak(request('GET /do', 'Connection: close'));
    expect(await streaming.heard).to.match(/data: first[\s\S]*data: last/);
  });

  it('with too many headers is told so in the one format', async () => {
    expectFailure(await speak(request('GET /baskets/1', `X-Long: ${'x'.repeat(20_000)}`)).heard, 'HEADERS_TOO_LARGE');
    const flood = Array.from({ length: 20_000 }, (_, index) => `X-${index}: ${'x'.repeat(20)}`);
    expectFailure(await speak(request('GET /baskets/1', ...flood)).heard, 'HEADERS_TOO_LARGE');
  });

  it('that does not speak HTTP is told so in the one format', async () => {
    const nonsense = [
      request('BREW /pot'),
      '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
      request('GET /baskets/1', 'Bad Header: x'),
      request('POST /baskets', 'Content-Length: 2', 'Transfer-Encoding: chunked'),
      `${request('POST /baskets', 'Content-Type: application/json', 'Transfer-Encoding: chunked')}ZZ\r\n`,
      request('GET http://['),
      'GET /baskets/1 HTTP/1.1\r\n\r\n',
    ];
    for (const text of nonsense) expectFailure(await speak(text).heard, 'MALFORMED_REQUEST');
  });

  it('with an unknown expectation is served as without it', async () => {
    const answer = await speak(request('GET /baskets/1', 'Expect: foo', 'Connection: close')).heard;
    expect(answer).to.match(/^HTTP\/1\.1 200 /);
  });

  it('is never shown a stack or a page of the framework, whatever it asks', async () => {
    behaviour = () => Promise.reject(new Error('at secret.ts:1:1'));
    const lines = ['GET /do', 'GET /%ZZ', 'GET /baskets/%E0%A4%A', 'GET //////', 'OPTIONS *', 'TRACE /baskets/1'];
    const odd = ['PROPFIND /do', 'GET /baskets/1?%', 'GET /api/v1/docs/..%2f..%2fetc', 'GET http://[', 'PUT /do'];
    for (const line of [...lines, ...odd, 'GET /api/v1/docs/nothing.js']) {
      const answer = await speak(request(line, 'Connection: close')).heard;
      expect(answer, line).to.match(/^HTTP\/1\.1 [45]\d\d /);
      expect(answer, line).to.match(/"requestId":"[\w-]{36}"/);
      expect(answer, line).to.not.match(/<html|\.ts:|node_modules|\\n +at /i);
    }
  });

  it('on which an error cannot even be told gets the bare failure', async () => {
    behaviour = () =>
      Promise.reject(Object.assign(new Error('no'), { status: 400, type: 'entity.too.large', limit: 1n }));
    logger.silent = true;
    const answer = await speak(request('GET /do')).heard;
    logger.silent = false;
    expectFailure(answer, 'INTERNAL_ERROR');
  });

  it('that turns to nonsense while it is being answered gets nothing into that answer', async () => {
    behaviour = async ({ raw }) => {
      raw.response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('data: first\n\n');
      return 'handled';
    };
    const { socket, heard } = speak(request('GET /do'));
    await once(socket, 'data');
    socket.write('BREW /pot\r\n\r\n');
    const answer = await heard;
    expect(answer).to.contain('data: first');
    expect(answer.match(/HTTP\/1\.1/g)).to.have.length(1);
  });
});
