import { expect } from 'chai';
import { someOf } from '../support/extent.ts';
import { BAD, type Caller, openCallers } from './authorisation/callers.ts';
import type { Expected } from './authorisation/expectations.ts';
import { type Aimed, openThings } from './authorisation/resources.ts';
import { ROWS } from './authorisation/rows.ts';
import { openPeopleShop, type PeopleShop, type Request } from './people-shop.ts';

describe('who may call what', () => {
  let shop: PeopleShop;
  let callers: Awaited<ReturnType<typeof openCallers>>;
  let aim: Awaited<ReturnType<typeof openThings>>;
  before(async () => {
    shop = await openPeopleShop();
    callers = await openCallers(shop);
    aim = await openThings(shop, callers);
  });
  after(() => shop.close());

  const permissionOf = (route: string) =>
    shop.routes.find(({ facts }) => `${facts.method.toUpperCase()} ${facts.path}` === route)?.facts.permission ?? '';

  /** What everybody reads alike: of all answers only these may be kept by caches on the way. */
  const PUBLIC_READS = new Map(ROWS.map(({ route, isPublicRead }) => [route, isPublicRead]));

  /** How an answer may be kept on the way. */
  function cachingOf(route: string, { caller, status }: { caller: Caller; status: number }): RegExp {
    const isPublic = status < 400 ? PUBLIC_READS.get(route) : undefined;
    const isCustomer = caller === 'customer' || caller === 'other';
    if (isPublic === 'priced' && isCustomer) return /^private, no-cache$/;
    return isPublic ? /^public, max-age=\d+/ : /^no-store$/;
  }

  /** The status of the answer, the code of the error where there is one, and how it may be cached where that is wrong. */
  async function answer(
    { route, caller }: { route: string; caller: Caller },
    { path, body = {}, cartToken }: Aimed,
    credentials: Request,
  ): Promise<string> {
    const [method = ''] = route.split(' ');
    const response = await fetch(shop.url + path, {
      method,
      headers: {
        'x-forwarded-proto': 'https',
        ...(method !== 'GET' && { 'content-type': 'application/json' }),
        ...(credentials.token && { authorization: `Bearer ${credentials.token}` }),
        ...(credentials.key && { 'x-api-key': credentials.key }),
        ...(cartToken && { 'x-cart-token': cartToken }),
      },
      ...(method !== 'GET' && { body: JSON.stringify(body) }),
    });
    const cached = response.headers.get('cache-control') ?? 'no Cache-Control';
    const wrong = cachingOf(route, { caller, status: response.status }).test(cached) ? '' : `(${cached}) `;
    if (response.headers.get('content-type')?.includes('event-stream')) {
      await response.body?.cancel();
      return `${wrong}${response.status}`;
    }
    const text = await response.text();
    const code = response.status >= 400 ? JSON.parse(text).error.code : '';
    return `${wrong}${response.status} ${code}`.trim();
  }

  const fits = (found: string, expected: Expected): boolean =>
    typeof expected === 'number' ? found.split(' ')[0] === String(expected) : found === expected;

  it('every route has its row, and every row its route', () => {
    const routes = shop.routes.map(({ facts }) => `${facts.method.toUpperCase()} ${facts.path}`);
    expect(ROWS.map(({ route }) => route)).to.have.members(routes);
  });

  for (const [place, { route, expected, asks }] of ROWS.entries()) {
    it(`${route}: ${Object.keys(expected).length} kinds of callers${asks ? ', bad credentials' : ''}`, async () => {
      const wrong: string[] = [];
      for (const [caller, status] of Object.entries(expected) as [Caller, Expected][]) {
        const credentials = await callers.show(caller, permissionOf(route));
        const found = await answer({ route, caller }, await aim(route, caller), credentials);
        if (found.startsWith('2') && !route.startsWith('GET ')) callers.forget(caller);
        if (!fits(found, status)) wrong.push(`${caller}: ${found} instead of ${status}`);
      }
      // What is refused uses nothing up; where credentials do not count, each request needs its own.
      const once = asks ? await aim(route, 'nobody') : undefined;
      for (const how of someOf(BAD, place)) {
        const found = await answer(
          { route, caller: 'nobody' },
          once ?? (await aim(route, 'nobody')),
          await callers.bad(how),
        );
        const wanted = asks ? '401 CREDENTIALS_INVALID' : expected.nobody;
        if (!fits(found, wanted)) wrong.push(`${how}: ${found} instead of ${wanted}`);
      }
      expect(wrong, `\n${wrong.join('\n')}\n`).to.deep.equal([]);
    });
  }
});
