import { type Import, importsOf } from '../architecture/imports.ts';
import { parse, type Source, type Texts, type Violation } from '../architecture/sources.ts';

/** The files that may be read in one process, from its first file to the row. */
const MOST_FILES = 5;
const ROW = /^\| `[^`]+` \| `\w+` \| (?<count>\d+) \| (?<path>`src\/.+`) \|$/;
const STEP = /(?<arrow>→|⇢)? ?`(?<file>src\/[^`]+)`/g;

interface Step {
  /** `⇢`: over the queue, by a job. */
  arrow: string | undefined;
  file: string;
}

/** The rows of the table of routes, with what is untrue in them. `⇢` stands for a job that both files name. */
export function untrueRoutes(path: string, text: string, code: Texts): { count: number; untrue: Violation[] } {
  const rows = text.split('\n').flatMap((line, index) => {
    const { count, path: steps = '' } = ROW.exec(line)?.groups ?? {};
    return count === undefined ? [] : [{ line: index + 1, count: Number(count), steps: stepsOf(steps) }];
  });
  const named = rows.flatMap(({ steps }) => steps.map(({ file }) => file));
  const sources = new Map(parse(only(code, named)).map((source) => [source.path, source]));
  const untrue = rows.flatMap(({ line, ...row }) => problemsOf(row, sources).map((what) => ({ path, line, what })));
  return { count: rows.length, untrue };
}

const stepsOf = (text: string): Step[] =>
  [...text.matchAll(STEP)].map(({ groups }) => ({ arrow: groups?.arrow, file: groups?.file ?? '' }));

const only = (texts: Texts, paths: readonly string[]): Texts =>
  Object.fromEntries(Object.entries(texts).filter(([path]) => paths.includes(path)));

function problemsOf(
  { count, steps }: { count: number; steps: Step[] },
  sources: ReadonlyMap<string, Source>,
): string[] {
  const problems = steps.flatMap(({ arrow, file }, index) => {
    const [from, to] = [sources.get(steps[index - 1]?.file ?? ''), sources.get(file)];
    if (!to) return [`names ${file}, which is not there`];
    if (!from) return [];
    const isJoined = arrow === '⇢' ? shareAJob(from, to) : importsOf(from).some(({ target }) => target === file);
    return isJoined ? [] : [`${from.path} ${arrow === '⇢' ? 'shares no job with' : 'does not import'} ${file}`];
  });
  if (steps.length !== count) problems.push(`counts ${count} files instead of ${steps.length}`);
  const inOneProcess = steps.map(({ arrow }, index) => (arrow === '⇢' ? index : 0)).filter(Boolean);
  const bounds = [0, ...inOneProcess, steps.length];
  const longest = Math.max(...bounds.slice(1).map((end, index) => end - (bounds[index] ?? 0)));
  if (longest > MOST_FILES) problems.push(`leads through ${longest} files in one process`);
  return problems;
}

function shareAJob(from: Source, to: Source): boolean {
  const jobs = new Set(importsOf(from).flatMap((one) => jobsOf(from, one)));
  return importsOf(to).some((one) => jobsOf(to, one).some((name) => jobs.has(name)));
}

/** The names that an import takes from `src/jobs`. */
function jobsOf({ ast }: Source, { node, target }: Import): string[] {
  if (!target?.startsWith('src/jobs/')) return [];
  const names = /\{(.+)\}/s.exec(node.getText(ast))?.[1] ?? '';
  return names.split(',').map((name) => `${target} ${name.trim()}`);
}
