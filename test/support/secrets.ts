/** What must not be found where it does not belong: words of people, and random tokens. */
export interface Secrets {
  /** Words that tell who somebody is: found in any case, and encoded for addresses, in base64 and in hexadecimal. */
  plant(what: string, words: string | undefined): void;
  /** Something random: found wherever its last run of letters and digits stands alone. A short code is found like words. */
  plantToken(what: string, token: string | undefined): void;
  /** What of it stands in a text. */
  in(text: string): string[];
}

/** Shorter ones are found by chance. */
const SHORTEST = 6;
const RUN = /[\w-]{16,}/g;

export function openSecrets(): Secrets {
  /** Words by how they begin: there are hundreds of them, and whole logs to be looked through. */
  const words = new Map<string, Map<string, string>>();
  const tokens = new Map<string, string>();
  return {
    plant(what, text) {
      if (text === undefined || text.length < SHORTEST) return;
      for (const spelling of spellings(text)) {
        const word = spelling.toLowerCase();
        const alike = words.get(headOf(word)) ?? new Map<string, string>();
        if (word.length >= SHORTEST) words.set(headOf(word), alike.set(word, what));
      }
    },
    plantToken(what, token) {
      // The parts of a token beside the secret one may stand anywhere: the header of a JWT, the id that a link is about.
      const run = (token?.match(RUN) ?? []).at(-1);
      if (run) tokens.set(run, what);
      else for (const code of [token, token?.replaceAll('-', '')]) this.plant(what, code);
    },
    in(text) {
      const found = new Set<string>();
      const lower = text.toLowerCase();
      for (let at = 0; at <= lower.length - SHORTEST; at++) {
        for (const [word, what] of words.get(headOf(lower, at)) ?? []) if (lower.startsWith(word, at)) found.add(what);
      }
      for (const [run] of text.matchAll(RUN)) {
        const what = tokens.get(run);
        if (what !== undefined) found.add(what);
      }
      return [...found];
    },
  };
}

const headOf = (text: string, at = 0): string => text.slice(at, at + SHORTEST);

/** What the clients of all tests have planted. */
export const planted = openSecrets();

const OF_PEOPLE = /^(email|name|phone|line1|line2|paymentMethod|\w*password)$/i;
const RANDOM = /(token|secret|recoveryCodes)$/i;

/** Plants what a client sends and is answered: what its fields are called tells what is in them. */
export function plantExchange({ sent, answered }: { sent: unknown; answered: unknown }): void {
  for (const [field, text] of textsIn(sent)) {
    if (OF_PEOPLE.test(field)) planted.plant(field, text);
    if (RANDOM.test(field)) planted.plantToken(field, text);
  }
  for (const [field, text] of textsIn(answered)) if (RANDOM.test(field)) planted.plantToken(field, text);
}

function textsIn(value: unknown, field = ''): [field: string, text: string][] {
  if (typeof value === 'string') return [[field, value]];
  if (Array.isArray(value)) return value.flatMap((each) => textsIn(each, field));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) => textsIn(each, name));
}

function spellings(text: string): string[] {
  const bytes = Buffer.from(text);
  const uri = encodeURIComponent(text);
  const escapes = text.replace(/[^ -~]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const digits = text.replace(/\D/g, '');
  const isNumber = /^[+\d][\d ()-]+$/.test(text);
  const all = [text, escapes, uri, uri.replaceAll('%20', '+'), bytes.toString('hex'), ...inBase64(bytes)];
  return isNumber ? [...all, digits, digits.slice(-10)] : all;
}

/** The part of a longer text in base64 that does not hang on what stands before and after; there are three. */
const inBase64 = (bytes: Buffer): string[] =>
  [0, 1, 2].flatMap((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const inner = text.slice(before === 0 ? 0 : before + 1, text.length - 1);
    return inner.length < SHORTEST ? [] : [inner, inner.replaceAll('+', '-').replaceAll('/', '_')];
  });
