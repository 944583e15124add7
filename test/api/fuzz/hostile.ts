import { hash } from 'node:crypto';
import fc from 'fast-check';

const deep = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));
/** As JSON can bring them: keys of their own, not the prototype. */
const withKey = (key: string): unknown => JSON.parse(`{"${key}": {"isAdmin": true}}`);

/** A long text that cannot be compressed: no row of an index holds it. */
const LONG_HASHES = Array.from({ length: 300 }, (_, index) => hash('sha256', String(index))).join('');

/** Values that no field of ours asks for, or that have broken other people's servers. */
export const HOSTILE: readonly unknown[] = [
  null,
  true,
  -1,
  0.5,
  1e308,
  Number.MAX_SAFE_INTEGER + 2,
  '',
  ' ',
  [],
  {},
  [null],
  deep(2_000),
  withKey('__proto__'),
  withKey('constructor'),
  withKey('prototype'),
  '\u0000',
  'a\u0000b',
  '\ud800',
  '\u202egnp.exe',
  '𝒜'.repeat(200),
  'x'.repeat(20_000),
  LONG_HASHES,
  "'; drop table accounts; --",
  '{{7*7}}#{7*7}',
  '../../etc/passwd',
  { $gt: '' },
  { toString: 1, valueOf: 1 },
];

type Path = readonly (string | number)[];

/** A body with one thing about it made hostile: replaced, left out, or added. */
export const spoilt = (bodies: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  bodies.chain((body) => {
    const paths = pathsOf(body);
    return fc
      .record({
        path: fc.constantFrom(...paths),
        how: fc.constantFrom('replace', 'replace', 'replace', 'omit', 'add'),
        value: fc.constantFrom(...HOSTILE),
        key: fc.constantFrom('__proto__', 'constructor', 'isAdmin', 'role', '\u0000', 'x'.repeat(2_000)),
      })
      .map((change) => spoil(body, change));
  });

/** The same body with every text replaced by a hostile one: it may well have the right shape still. */
export const withHostileTexts = (body: unknown, text: string): unknown => {
  if (typeof body === 'string') return text;
  if (Array.isArray(body)) return body.map((one) => withHostileTexts(one, text));
  if (body === null || typeof body !== 'object') return body;
  return Object.fromEntries(Object.entries(body).map(([key, inner]) => [key, withHostileTexts(inner, text)]));
};

function pathsOf(value: unknown, at: Path = []): Path[] {
  if (value === null || typeof value !== 'object') return [at];
  const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  return [at, ...keys.flatMap((key) => pathsOf(Reflect.get(value, key), [...at, key]))];
}

function spoil(body: unknown, change: { path: Path; how: string; value: unknown; key: string }): unknown {
  const [first, ...rest] = change.path;
  if (first === undefined || body === null || typeof body !== 'object') return atTheEnd(body, change);
  const copy = (Array.isArray(body) ? [...body] : { ...body }) as object;
  if (rest.length === 0 && change.how === 'omit') Reflect.deleteProperty(copy, first);
  else put(copy, first, spoil(Reflect.get(body, first), { ...change, path: rest }));
  return copy;
}

function atTheEnd(body: unknown, { how, value, key }: { how: string; value: unknown; key: string }): unknown {
  if (how !== 'add' || body === null || typeof body !== 'object' || Array.isArray(body)) return value;
  const copy = { ...body };
  put(copy, key, value);
  return copy;
}

/** Assignment would set the prototype where the key is `__proto__`. */
const put = (target: object, key: string | number, value: unknown): void => {
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
};
