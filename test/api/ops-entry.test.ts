import { get, request as send } from 'node:http';
import { expect } from 'chai';
import { openBrowserless } from './browserless.ts';
import { openPeopleShop, type PeopleShop } from './people-shop.ts';

describe('what somebody finds who knows only the address of the server', () => {
  let shop: PeopleShop;
  before(async () => {
    shop = await openPeopleShop();
  });
  after(() => shop.close());

  const PLACES = ['/api/v1/docs', '/api/v1/openapi.json', '/healthz', '/readyz', '/ops'];

  for (const path of ['/', '/api/v1']) {
    it(`${path} names documentation, health and operations: as JSON, and as a page to browsers`, async () => {
      const answer = await fetch(shop.url + path);
      const places = Object.values((await answer.json()) as Record<string, string>);
      expect(places).to.include.members(PLACES);
      const page = await openBrowserless(shop.url).open(path);
      expect(page.headers.get('content-type')).to.include('text/html');
      expect(page.headers.get('content-security-policy')).to.include("default-src 'none'");
      for (const place of places.filter((each) => each.startsWith('/') && each !== '/api/v1/openapi.json'))
        expect(page.text).to.include(`href="${place}"`);
      for (const place of PLACES)
        expect((await fetch(shop.url + place, { redirect: 'manual' })).status, place).to.be.below(400);
    });
  }

  it('an unknown page of the operators is answered in HTML, to scripts that ask for it in JSON', async () => {
    for (const path of ['/ops/nowhere', '/ops/style.css/x', '/ops/queues2']) {
      const page = await openBrowserless(shop.url).open(path);
      expect([page.status, page.headers.get('content-type')]).to.deep.equal([404, 'text/html; charset=utf-8']);
      expect(page.text).to.include('href="/ops"').and.include('Page not found');
    }
    const asked = await fetch(`${shop.url}/ops/nowhere`, { headers: { accept: 'application/json' } });
    expect([asked.status, (await asked.json()) as object]).to.have.nested.property('[1].error.code', 'ROUTE_NOT_FOUND');
    expect((await fetch(`${shop.url}/ops/nowhere`, { method: 'DELETE' })).headers.get('content-type')).to.include(
      'json',
    );
  });
});

describe('the sign-in of a browser that drops cookies', () => {
  let shop: PeopleShop;
  before(async () => {
    shop = await openPeopleShop();
  });
  after(() => shop.close());

  /** Opens the sign-in page under a name of the server. */
  const under = (host: string, headers: Record<string, string> = {}) =>
    new Promise<string>((resolve, reject) => {
      const url = `${shop.url}/ops/sign-in`;
      get(url, { headers: { accept: 'text/html', host, ...headers } }, (response) => {
        let text = '';
        response.on('data', (part) => {
          text += part;
        });
        response.on('end', () => resolve(text));
      }).on('error', reject);
    });

  it('says why: plain HTTP, from another machine', async () => {
    for (const host of ['shop.example.com', '192.168.1.20:3000', 'localhost.example.com', '[2001:db8::1]'])
      expect(await under(host), host).to.include(`You cannot sign in at http://${host.replace(/:3000$/, '')}:`);
    for (const host of ['localhost:3000', 'shop.localhost', '127.0.0.1', '[::1]:3000'])
      expect(await under(host), host).not.to.include('You cannot sign in');
    expect(await under('shop.example.com', { 'x-forwarded-proto': 'https' })).not.to.include('You cannot sign in');
  });

  it('says so as well when a form comes without its cookie', async () => {
    const body = new URLSearchParams({ proof: 'x', email: 'a@example.com', password: 'secret' }).toString();
    const text = await new Promise<string>((resolve, reject) => {
      const headers = { 'content-type': 'application/x-www-form-urlencoded', host: 'localhost' };
      const sent = send(`${shop.url}/ops/sign-in`, { method: 'POST', headers }, (response) => {
        let answer = '';
        response.on('data', (part) => {
          answer += part;
        });
        response.on('end', () => resolve(answer));
      });
      sent.on('error', reject).end(body);
    });
    expect(text).to.include('Your browser sent no cookie with the form.');
  });
});
