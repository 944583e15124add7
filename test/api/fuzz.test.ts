import { expect } from 'chai';
import fc from 'fast-check';
import { type core, safeParse } from 'zod';
import type { RouteFacts } from '../../src/api/http/route.ts';
import { runsAll, someOf } from '../support/extent.ts';
import { expectRefused, type FuzzClient, nameOf, openFuzzClient } from './fuzz/client.ts';
import { HOSTILE, spoilt, withHostileTexts } from './fuzz/hostile.ts';
import { bodiesOf } from './fuzz/values.ts';

const BODIES = runsAll ? 40 : 3;
/** Routes between two comparisons of everything that is stored. */
const COMPARED_EVERY = runsAll ? 1 : 10;
/** Texts that many a server chokes on. */
const TEXTS = HOSTILE.filter((value): value is string => typeof value === 'string' && value.length > 0);

const nested = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
/** In 98 kB; the escapes are those of one character outside the BMP. */
const deepest = `${'['.repeat(49_000)}"\\ud83d\\ude00"${']'.repeat(49_000)}`;
const RAW: [what: string, body: string | Buffer, type?: string][] = [
  ['broken JSON', '{"a": '],
  ['no JSON', 'hello'],
  ['nothing but spaces', '   '],
  ['a body of 200 kB', JSON.stringify({ a: 'x'.repeat(200_000) })],
  ['five thousand levels', nested(5_000)],
  ['49,000 levels', deepest],
  ['a number without end', `{"a": ${'9'.repeat(50_000)}}`],
  ['another type', 'a=1', 'application/x-www-form-urlencoded'],
  ['no type', '{}', ''],
  ['UTF-16', Buffer.from('{"a":1}', 'utf16le')],
  ['half a surrogate pair in UTF-16', Buffer.from('{"a":"\ud800"}', 'utf16le'), 'application/json; charset=utf-16le'],
  ['another charset', '{}', 'application/json; charset=ebcdic'],
  ['bytes that are no UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22])],
];

describe('bodies that no route asked for', () => {
  let client: FuzzClient;
  let routes: RouteFacts[];
  before(async () => {
    client = await openFuzzClient();
    routes = client.routes.filter(({ body }) => body);
  });
  after(() => client.close());

  it('are refused in the one format, and nothing is written', async function () {
    this.timeout(120_000);
    let before = await client.everything();
    for (const [place, facts] of routes.entries()) {
      const schema = facts.body as core.$ZodType;
      const bodies = spoilt(bodiesOf(schema)).filter((body) => !safeParse(schema, body).success);
      const refused = fc.asyncProperty(bodies, async (body) => {
        expectRefused(await client.send(facts, { body: JSON.stringify(body) }), nameOf(facts));
      });
      await fc.assert(refused, { numRuns: BODIES });
      if ((place + 1) % COMPARED_EVERY > 0 && place + 1 < routes.length) continue;
      const after = await client.everything();
      expect(after, `one of ${COMPARED_EVERY} routes up to ${nameOf(facts)} wrote something`).to.equal(before);
      before = after;
    }
  });

  it('of the right shape with hostile texts never break anything', async function () {
    this.timeout(120_000);
    for (const [place, facts] of routes.entries()) {
      const [body] = fc.sample(bodiesOf(facts.body as core.$ZodType), { numRuns: 1, seed: 7 });
      for (const text of someOf(TEXTS, place)) {
        const answer = await client.send(facts, { body: JSON.stringify(withHostileTexts(body, text)) });
        const what = `${nameOf(facts)} with ${JSON.stringify(text.slice(0, 20))}: ${answer.text}`;
        expect(answer.status, what).to.be.below(500);
      }
    }
  });

  it('that are no JSON of a sensible size are refused in the one format', async function () {
    this.timeout(60_000);
    for (const [place, facts] of routes.entries()) {
      for (const [what, body, type] of someOf(RAW, place)) {
        const answer = await client.send(facts, { body, ...(type !== undefined && { type }) });
        expectRefused(answer, `${nameOf(facts)} with ${what}`);
      }
    }
  });
});
