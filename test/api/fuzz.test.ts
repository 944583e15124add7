import { expect } from 'chai';
import fc from 'fast-check';
import { type core, safeParse } from 'zod';
import type { Access, RouteFacts } from '../../src/api/route.ts';
import { newId } from '../../src/infra/ids.ts';
import { tokenFor } from '../../src/infra/tokens.ts';
import { runsAll } from '../support/extent.ts';
import { openCallers } from './authorisation/callers.ts';
import { HOSTILE, spoilt, withHostileTexts } from './fuzz/hostile.ts';
import { bodiesOf } from './fuzz/values.ts';
import { openPeopleShop, type PeopleShop } from './people-shop.ts';

const BODIES = runsAll ? 40 : 15;
/** Texts that many a server chokes on. */
const TEXTS = HOSTILE.filter((value): value is string => typeof value === 'string' && value.length > 0);
const ERROR_FIELDS = ['code', 'type', 'message', 'details', 'requestId', 'timestamp'];

const callerOf = (access: Access) => {
  if (access === 'staff' || access === 'person') return 'admin' as const;
  return access === 'customer' ? access : undefined;
};

const nested = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
const RAW: [what: string, body: string | Buffer, type?: string][] = [
  ['broken JSON', '{"a": '],
  ['no JSON', 'hello'],
  ['nothing but spaces', '   '],
  ['a body of 200 kB', JSON.stringify({ a: 'x'.repeat(200_000) })],
  ['five thousand levels', nested(5_000)],
  ['another type', 'a=1', 'application/x-www-form-urlencoded'],
  ['no type', '{}', ''],
  ['UTF-16', Buffer.from('{"a":1}', 'utf16le')],
  ['another charset', '{}', 'application/json; charset=ebcdic'],
  ['bytes that are no UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22])],
];

describe('bodies that no route asked for', () => {
  let shop: PeopleShop;
  let callers: Awaited<ReturnType<typeof openCallers>>;
  let routes: RouteFacts[];
  before(async () => {
    shop = await openPeopleShop();
    callers = await openCallers(shop);
    routes = shop.routes.map(({ facts }) => facts).filter(({ body }) => body);
  });
  after(() => shop.close());

  /** Credentials of somebody who may use the route. */
  async function headersFor({ access, path }: RouteFacts, id: string): Promise<Record<string, string>> {
    const caller = callerOf(access);
    if (caller) return { authorization: `Bearer ${(await callers.show(caller, '')).token}` };
    return path.includes('/store/cart') || path.includes('/checkout')
      ? { 'x-cart-token': tokenFor(shop.deps.secret, id) }
      : {};
  }

  async function send(facts: RouteFacts, body: string | Buffer, type = 'application/json') {
    const id = newId();
    const path = facts.path.replace('{queue}', 'payments').replace(/\{\w+\}/g, id);
    const headers = { ...(await headersFor(facts, id)), ...(type && { 'content-type': type }), 'if-match': '*' };
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    const response = await fetch(shop.url + path, {
      method: facts.method.toUpperCase(),
      headers,
      body: new Uint8Array(bytes),
    });
    if (response.ok) callers.forget(callerOf(facts.access) ?? 'guest');
    return { status: response.status, text: await response.text() };
  }

  /** A fingerprint of everything that is stored, but for when sessions were used. */
  async function everything(): Promise<string> {
    const tables = await shop.db.query<{ name: string }>(
      `select c.relname as name from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
        and not c.relispartition and c.relname <> 'sessions' and c.relname <> 'refresh_tokens' order by 1`,
    );
    const prints = tables.map(
      ({ name }) =>
        `select '${name} ' || md5(coalesce(string_agg(t::text, '|' order by t::text), '')) as print from ${name} t`,
    );
    const rows = await shop.db.search<{ print: string }>(`${prints.join(' union all ')} order by 1`, []);
    return rows.map(({ print }) => print).join('\n');
  }

  function expectRefused({ status, text }: { status: number; text: string }, what: string): void {
    expect(status, `${what}: ${text}`).to.be.within(400, 499);
    expect(status, `${what}: ${text}`).not.to.be.oneOf([401, 403]);
    expect(JSON.parse(text).error, what).to.have.all.keys(ERROR_FIELDS);
  }

  it('are refused in the one format, and nothing is written', async function () {
    this.timeout(120_000);
    for (const facts of routes) {
      const before = await everything();
      const schema = facts.body as core.$ZodType;
      const bodies = spoilt(bodiesOf(schema)).filter((body) => !safeParse(schema, body).success);
      const refused = fc.asyncProperty(bodies, async (body) => {
        expectRefused(await send(facts, JSON.stringify(body)), `${facts.method} ${facts.path}`);
      });
      await fc.assert(refused, { numRuns: BODIES });
      expect(await everything(), `${facts.method} ${facts.path} wrote something`).to.equal(before);
    }
  });

  it('of the right shape with hostile texts never break anything', async function () {
    this.timeout(120_000);
    for (const facts of routes) {
      for (const [body] of fc
        .sample(bodiesOf(facts.body as core.$ZodType), { numRuns: 1, seed: 7 })
        .map((one) => [one])) {
        for (const text of TEXTS) {
          const answer = await send(facts, JSON.stringify(withHostileTexts(body, text)));
          expect(
            answer.status,
            `${facts.method} ${facts.path} with ${JSON.stringify(text.slice(0, 20))}: ${answer.text}`,
          ).to.be.below(500);
        }
      }
    }
  });

  it('that are no JSON of a sensible size are refused in the one format', async function () {
    this.timeout(60_000);
    for (const facts of routes) {
      for (const [what, body, type] of RAW) {
        const answer = await send(facts, body, type);
        expectRefused(answer, `${facts.method} ${facts.path} with ${what}`);
      }
    }
  });
});
