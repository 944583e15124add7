import { expect } from 'chai';
import type { Access, RouteFacts } from '../../../src/api/http/route.ts';
import { tokenFor } from '../../../src/infra/crypto/tokens.ts';
import { newId } from '../../../src/infra/ids.ts';
import { scaled } from '../../support/pace.ts';
import { openCallers } from '../authorisation/callers.ts';
import { openPeopleShop, type PeopleShop } from '../people-shop.ts';

const ERROR_FIELDS = ['code', 'type', 'message', 'details', 'requestId', 'timestamp'];
/** Milliseconds after which a request counts as one that hangs. */
const LONGEST_MS = 10_000;

/** What differs from a harmless request to a route. */
export interface Sent {
  body?: string | Buffer | undefined;
  /** Content type; empty: none. */
  type?: string;
  /** Path parameters by name, percent-encoded as they are to be sent. */
  params?: ReadonlyMap<string, string>;
  /** Behind the question mark, percent-encoded. */
  query?: string;
  headers?: Record<string, string>;
}

export interface Answer {
  status: number;
  text: string;
}

/** Sends anything to any route, with credentials that the route lets in. */
export interface FuzzClient {
  shop: PeopleShop;
  routes: RouteFacts[];
  /** @throws Error when no answer comes */
  send(facts: RouteFacts, sent: Sent): Promise<Answer>;
  /** A fingerprint of everything that is stored, but for when sessions were used. */
  everything(): Promise<string>;
  close(): Promise<void>;
}

const callerOf = (access: Access) => {
  if (access === 'staff' || access === 'person') return 'admin' as const;
  return access === 'customer' ? access : undefined;
};

export async function openFuzzClient(): Promise<FuzzClient> {
  const shop = await openPeopleShop();
  const callers = await openCallers(shop);

  async function credentials({ access, path }: RouteFacts, id: string): Promise<Record<string, string>> {
    const caller = callerOf(access);
    if (caller) return { authorization: `Bearer ${(await callers.show(caller, '')).token}` };
    return path.includes('/store/cart') || path.includes('/checkout')
      ? { 'x-cart-token': tokenFor(shop.deps.secret, id) }
      : {};
  }

  return {
    shop,
    routes: shop.routes.map(({ facts }) => facts),
    async send(facts, { body, type = 'application/json', params, query, headers }) {
      const id = newId();
      const path = facts.path.replace('{queue}', params?.get('queue') ?? 'payments');
      const target = path.replace(/\{(\w+)\}/g, (_, name: string) => params?.get(name) ?? id);
      const response = await fetch(`${shop.url}${target}${query === undefined ? '' : `?${query}`}`, {
        method: facts.method.toUpperCase(),
        headers: {
          ...(await credentials(facts, id)),
          ...(body !== undefined && type && { 'content-type': type }),
          'if-match': '*',
          ...headers,
        },
        signal: AbortSignal.timeout(scaled(LONGEST_MS)),
        redirect: 'manual',
        ...(body !== undefined && { body: new Uint8Array(Buffer.from(body)) }),
      });
      if (response.ok) callers.forget(callerOf(facts.access) ?? 'guest');
      return { status: response.status, text: await response.text() };
    },
    everything: () => fingerprint(shop),
    close: () => shop.close(),
  };
}

async function fingerprint({ db }: PeopleShop): Promise<string> {
  const tables = await db.query<{ name: string }>(
    `select c.relname as name from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
      and not c.relispartition and c.relname <> 'sessions' and c.relname <> 'refresh_tokens' order by 1`,
  );
  const prints = tables.map(
    ({ name }) =>
      `select '${name} ' || md5(coalesce(string_agg(t::text, '|' order by t::text), '')) as print from ${name} t`,
  );
  const rows = await db.search<{ print: string }>(`${prints.join(' union all ')} order by 1`, []);
  return rows.map(({ print }) => print).join('\n');
}

/** The route let the caller in, and refused the request in the one error format. */
export function expectRefused({ status, text }: Answer, what: string): void {
  expect(status, `${what}: ${text}`).to.be.within(400, 499);
  expect(status, `${what}: ${text}`).not.to.be.oneOf([401, 403]);
  expect(JSON.parse(text).error, what).to.have.all.keys(ERROR_FIELDS);
}

/** The route as it is named in messages. */
export const nameOf = ({ method, path }: RouteFacts): string => `${method.toUpperCase()} ${path}`;
