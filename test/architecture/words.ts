import { isIdentifier } from 'typescript/unstable/ast/is';
import { matching, nodes, type Source, type Texts, type Violation } from './sources.ts';

const NO_NAME = /^(utils?|helpers?|common|shared|misc|services?|managers?|dtos?)$/i;

/** Names that say nothing about what is inside; a file's name is also looked at word by word. */
export function emptyNames(paths: readonly string[]): Violation[] {
  return paths.flatMap((path) => {
    const empty = path.split(/[/.\-_]/).find((word) => NO_NAME.test(word));
    return empty === undefined ? [] : [{ path, line: 1, what: `is called ${empty}` }];
  });
}

const SHOP =
  /^(carts?|checkouts?|orders?|products?|variants?|payments?|discounts?|customers?|prices?|pricing|tax(es)?|shipments?|shipping|inventory|inventories|stocks?|refunds?|coupons?|skus?|invoices?|bundles?|reservations?|redemptions?|fulfilments?|sellers?|buyers?|shoppers?)$/;

/** Plumbing that could move to another project; words are found also inside camelCase and SNAKE_CASE. */
export function shopWords(texts: Texts): Violation[] {
  const infra = Object.entries(texts).filter(([path]) => path.startsWith('src/infra/'));
  return infra.flatMap(([path, text]) =>
    text.split('\n').flatMap((line, index) => {
      const word = wordsOf(line).find((one) => SHOP.test(one));
      return word === undefined ? [] : [{ path, line: index + 1, what: `speaks of ${word}: ${line.trim()}` }];
    }),
  );
}

function wordsOf(line: string): string[] {
  const withoutSorting = line.replace(/\border by\b/gi, '').replace(inComment(line) ? /\border\b/gi : /$^/, '');
  return (
    withoutSorting
      .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
      .toLowerCase()
      .match(/[a-z]+/g) ?? []
  );
}

/** In a sentence "order" nearly always means a sequence. */
function inComment(line: string): boolean {
  return /^\s*(\/?\*|\/\/)|\s\/\/\s/.test(line);
}

export function silencedErrors(sources: readonly Source[]): Violation[] {
  return matching(textsOf(sources), /@ts-(ignore|expect-error|nocheck)/, 'silences the compiler');
}

function textsOf(sources: readonly Source[]): Texts {
  return Object.fromEntries(sources.map(({ path, text }) => [path, text]));
}

export function unfinishedPlaces(texts: Texts): Violation[] {
  return matching(texts, /\b(T[O]DO|F[I]XME|X[X]X|H[A]CK)\b/, 'is unfinished');
}

/** Folders of somebody's machine. Paths in /tmp or /var may be meant. */
export function machinePaths(texts: Texts): Violation[] {
  return matching(
    texts,
    /(?<![\w.])(\/(home|Users)\/\w+|\/(root|work)\/\w+|[A-Z]:\\Users)/,
    'names a place on a machine',
  );
}

/** An address of a registry in the lock file binds every clone to it. */
export function registryHosts(texts: Texts): Violation[] {
  const host = /"resolve[d]":|\bregistry\.(npmjs|yarnpkg)\.|\b(np[m]mirror|artifac[t]ory|verdac[c]io|nex[u]s)\b/i;
  return matching(texts, host, 'names a registry');
}

/**
 * Names that were replaced by the field's terms: a thing has one name. Whole identifiers, and words of file names.
 */
const REPLACED =
  /^(Deed|lockThing|Thing|Wish|Addressee|MailOrder|Standings?|reshelve|shelve|Shelf|exchangeOf|Exchange|Visit|visitOf|Door|Notice|OpenNotice|ThriftyClient|Law|lawsIn|Finding|Meter|publishHint|Hints|toldPrice|Wanted|WantedLine|Frozen|byStanding|guardGuessing|bringCart|forgetRedeemer|openDesk|Stand)$/;
const REPLACED_FILES =
  /(^|[-/])(thing|things|standing|shelf|shelving|door|letter|letters|addressee|findings|notices|known|thrifty|turns|soon|hints|visit|exchange|unreadable|hardening|opinions?|mentions|forget|figures|meter|laws|guessing|purse|frozen|desk|stand|crowd|second-thoughts|together)[-.]/;

/** Also replaced in `src`, where texts and SQL may use it. */
const REPLACED_IN_SRC = /^wanted$/;

/** Names and file names that may not come back. */
export function replacedNames(sources: readonly Source[]): Violation[] {
  return sources.flatMap(({ path, text, ast }) => {
    const words = text.match(/\b[A-Za-z]+\b/g) ?? [];
    const found = [...new Set(words.filter((word) => REPLACED.test(word)))];
    const ofSrc = path.startsWith('src/') ? identifiers(ast).filter((word) => REPLACED_IN_SRC.test(word)) : [];
    const what = [...found, ...new Set(ofSrc), ...(REPLACED_FILES.test(path) ? [path] : [])];
    return what.map((name) => ({ path, line: 1, what: `uses the replaced name ${name}` }));
  });
}

const identifiers = (ast: Source['ast']): string[] =>
  [...nodes(ast)].flatMap((node) => (isIdentifier(node) ? [node.text] : []));

/** Exported types and classes of one name in two files: a word of the vocabulary means one thing. */
export function sharedNames(sources: readonly Source[]): Violation[] {
  const declared = sources.flatMap(({ path, text }) =>
    [...text.matchAll(/^export (?:interface|type|(?:abstract )?class) (\w+)/gm)].map(([, name = '']) => ({
      path,
      name,
    })),
  );
  return [...Map.groupBy(declared, ({ name }) => name)]
    .filter(([, places]) => places.length > 1)
    .flatMap(([name, places]) =>
      places.slice(1).map(({ path }) => ({ path, line: 1, what: `exports another ${name}` })),
    );
}
