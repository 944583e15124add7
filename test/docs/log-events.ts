import type { Texts } from '../architecture/sources.ts';

/** The outcomes of jobs, which the source puts into the name of an event. */
const OUTCOMES = ['done', 'noop', 'snooze', 'parked', 'refused'];

/** A call that records an event, with its first argument; or the line that the watching thread writes by itself. */
const CALL = /\b(?:observe|observeSparingly|log)\(\s*([^\n,)]+(?:\n[^\n,)]+)?)|message: ('[a-z_.]+')/g;
const NAME = /'([a-z][a-z_-]*(?:\.[a-z_-]+)+)'/g;

/** The names of the events that the source records. */
export function eventsIn(sources: Texts): string[] {
  const names = Object.values(sources).flatMap((text) =>
    [...text.matchAll(CALL)].flatMap(([, first = '', message]) => namesIn(text, message ?? first)),
  );
  return [...new Set(names)].sort();
}

function namesIn(text: string, argument: string): string[] {
  if (argument.startsWith('`job.')) return OUTCOMES.map((outcome) => `job.${outcome}`);
  const literals = [...argument.matchAll(NAME)].map(([, name = '']) => name);
  if (literals.length > 0) return literals;
  // A variable: the literals of its declaration.
  const declaration = new RegExp(`const ${/^\w+/.exec(argument)?.[0] ?? '-'} = ([^;]+);`).exec(text)?.[1] ?? '';
  return [...declaration.matchAll(NAME)].map(([, name = '']) => name);
}

/** The events of the page, with the level of their section. */
export function documentedEvents(page: string): Map<string, string> {
  const sections = page.split(/^## /m).slice(1);
  return new Map(
    sections.flatMap((section) => {
      const level = /`(error|info|debug)`/.exec(section)?.[1] ?? '';
      const cells = [...section.matchAll(/^\| (`.+?`) \| \S.+ \|$/gm)].map(([, cell = '']) => cell);
      return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => [name, level] as const));
    }),
  );
}
