import { expect } from 'chai';
import fc from 'fast-check';
import { type core, z } from 'zod';
import type { RouteFacts } from '../../src/api/http/route.ts';
import { runsAll, someOf } from '../support/extent.ts';
import { type FuzzClient, nameOf, openFuzzClient, type Sent } from './fuzz/client.ts';
import { HOSTILE_HEADERS, HOSTILE_PARTS, HOSTILE_QUERIES, PROTOTYPE_NAMES, READ_HEADERS } from './fuzz/parts.ts';
import { bodiesOf } from './fuzz/values.ts';
import { PROVIDERS } from './fuzz/webhooks.ts';

const EVENTS = runsAll ? 2_000 : 60;

/** The names that a schema of path or query has. */
function namesOf(schema: core.$ZodType | undefined): string[] {
  if (!schema) return [];
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return Object.keys(properties);
}

/** A body that the route may well take: what comes before the body is then what is refused. */
function bodyFor({ body, rawBody, streamedBody }: RouteFacts): Pick<Sent, 'body' | 'type'> {
  if (streamedBody) return { body: 'slug\nconstructor\n', type: streamedBody };
  if (rawBody) return { body: '{}' };
  return body ? { body: JSON.stringify(fc.sample(bodiesOf(body), { numRuns: 1, seed: 7 })[0]) } : {};
}

describe('paths, queries, headers and webhooks that nobody asked for', function () {
  // Thousands of requests, and three times as many when all kinds run.
  this.timeout(runsAll ? 240_000 : 60_000);
  let client: FuzzClient;
  before(async () => {
    client = await openFuzzClient();
  });
  after(() => client.close());

  /** Sends all of these at once; none may break anything. @returns the names of those that were accepted */
  async function sendAll(facts: RouteFacts, requests: Sent[]): Promise<string[]> {
    const harmless = bodyFor(facts);
    const accepted = await Promise.all(
      requests.map(async (sent) => {
        const { status, text } = await client.send(facts, { ...harmless, ...sent });
        const what = `${nameOf(facts)} with ${JSON.stringify({ ...sent, params: [...(sent.params ?? [])] }).slice(0, 300)}`;
        expect(status, `${what}: ${text.slice(0, 300)}`).to.be.below(500);
        return status < 400 ? what : '';
      }),
    );
    return accepted.filter(Boolean);
  }

  it('never break anything as parts of the path, and write nothing', async () => {
    const before = await client.everything();
    const accepted: string[] = [];
    for (const [place, facts] of client.routes.entries()) {
      const requests = namesOf(facts.params).flatMap((name, index) =>
        someOf(HOSTILE_PARTS, place + index).map((part) => ({ params: new Map([[name, part]]) })),
      );
      accepted.push(...(await sendAll(facts, requests)));
    }
    expect(accepted.filter((what) => !what.startsWith('GET '))).to.deep.equal([]);
    expect(await client.everything()).to.equal(before);
  });

  it('never break anything as queries, and write nothing', async () => {
    const before = await client.everything();
    const reads = client.routes.filter(({ method }) => method === 'get');
    for (const [place, facts] of reads.entries()) {
      const requests = namesOf(facts.query).flatMap((name, index) => [
        ...someOf(HOSTILE_PARTS, place + index).map((part) => `${name}=${part}`),
        `${name}=a&${name}=b`,
        `${name}[constructor]=1`,
      ]);
      await sendAll(
        facts,
        [...requests, ...HOSTILE_QUERIES].map((query) => ({ query })),
      );
    }
    expect(await client.everything()).to.equal(before);
  });

  it('never break anything as headers', async () => {
    for (const [place, facts] of client.routes.entries()) {
      const requests = someOf(READ_HEADERS, place, 10).map((name, index) => ({
        headers: { [name]: HOSTILE_HEADERS[(place + index) % HOSTILE_HEADERS.length] ?? '' },
      }));
      await sendAll(facts, requests);
    }
  });

  it('never break anything as signed events of a provider, and what is refused writes nothing', async () => {
    const facts = client.routes.find(({ access }) => access === 'webhook') as RouteFacts;
    const { properties } = z.toJSONSchema(facts.params as core.$ZodType);
    const inbox = () => client.shop.db.query(`select count(*)::int as events from webhook_inbox`);
    expect([Reflect.get(Object(properties?.provider), 'const')]).to.have.members([...PROVIDERS.keys()]);
    for (const [provider, { sign, events }] of PROVIDERS) {
      const event = fc.asyncProperty(events, async (value) => {
        const body = JSON.stringify(value);
        const before = await inbox();
        const request = { params: new Map([['provider', provider]]), body, headers: sign(body, 'whsec_test') };
        const accepted = await sendAll(facts, [request]);
        if (accepted.length === 0) expect(await inbox()).to.deep.equal(before);
      });
      await fc.assert(event, { numRuns: EVENTS });
    }
  });

  it('never break the pages beside the API', async () => {
    const places = ['/', '/ops/', '/ops/queues/', '/ops/sign-in?done=', '/ops/password?token=', '/api/v1/docs/'];
    for (const text of [...PROTOTYPE_NAMES, ...HOSTILE_PARTS]) {
      for (const place of places) {
        const { status } = await fetch(client.shop.url + place + text, { redirect: 'manual' });
        expect(status, place + text).to.be.below(500);
      }
    }
  });
});
