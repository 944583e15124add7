import { posix } from 'node:path';
import type { Texts, Violation } from '../architecture/sources.ts';
import { withoutExamples } from './examples.ts';

const LINK = /\]\(([^)\s]+)\)/g;
const ELSEWHERE = /^[a-z]+:/;

/** Links between documents that lead nowhere: to a file that is not there, or to a heading that it does not have. */
export function brokenLinks(documents: Texts, exists: (path: string) => boolean): Violation[] {
  return found(documents, LINK, (path, [, target = '']) => {
    if (ELSEWHERE.test(target)) return undefined;
    const [file = '', heading] = target.split('#');
    const to = file === '' ? path : posix.normalize(posix.join(posix.dirname(path), file));
    if (!exists(to)) return `links to ${target}, which is not there`;
    if (heading === undefined || headingsOf(documents[to] ?? '').has(heading)) return undefined;
    return `links to ${target}, where there is no such heading`;
  });
}

/** As the usual viewers of Markdown make anchors. */
function headingsOf(text: string): Set<string> {
  const titles = [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => title);
  return new Set(
    titles.map((title) =>
      title
        .toLowerCase()
        .replace(/[^\w\s-]/g, '')
        .replaceAll(' ', '-'),
    ),
  );
}

const OUR_PATH = /(?<![\w./-])(?:\.ci|bin|docs|migrations|src|test|tools)\/(?:[\w./-]*[\w/])?/g;

/** Files and folders of the repository that documents name and that are not there. */
export function missingPaths(documents: Texts, exists: (path: string) => boolean): Violation[] {
  return found(documents, OUR_PATH, (_path, [named]) =>
    exists(named) ? undefined : `names ${named}, which is not there`,
  );
}

/** Set by crash tests only: whoever reads the list of settings has no use for it. */
const NOT_FOR_PEOPLE = ['FAILPOINT_FILE'];

/** Settings that the configuration reads and the example does not list. */
export function unlistedSettings(configuration: string, example: string): string[] {
  const names = [...configuration.matchAll(/^ {2}([A-Z][A-Z_]+): /gm)].map(([, name = '']) => name);
  const listed = new Set([...example.matchAll(/^(?:# )?([A-Z_]+)=/gm)].map(([, name = '']) => name));
  return names.filter((name) => !listed.has(name) && !NOT_FOR_PEOPLE.includes(name));
}

function found(
  documents: Texts,
  pattern: RegExp,
  judge: (path: string, match: RegExpExecArray) => string | undefined,
): Violation[] {
  return Object.entries(documents).flatMap(([path, document]) => {
    const text = withoutExamples(document);
    return [...text.matchAll(pattern)].flatMap((match) => {
      const what = judge(path, match);
      return what === undefined ? [] : [{ path, line: text.slice(0, match.index).split('\n').length, what }];
    });
  });
}
