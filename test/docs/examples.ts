import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const BLOCK = /^```(?<kind>ts|diff) (?<path>\S+)\n(?<text>[\s\S]*?)^```$/gm;
/** Separates the parts of a diff. */
const PART = /^@@\n/m;

/** Code of a document: a new file (`ts`), or a change of a file (`diff`). */
export interface Example {
  kind: string;
  path: string;
  text: string;
}

/** The fenced blocks that name a file, in their order. */
export const examplesIn = (document: string): Example[] =>
  [...document.matchAll(BLOCK)].map(({ groups: { kind = '', path = '', text = '' } = {} }) => ({ kind, path, text }));

/** The document with empty lines instead of the blocks: they name files that do not exist. */
export const withoutExamples = (document: string): string =>
  document.replace(BLOCK, (block) => '\n'.repeat(block.split('\n').length - 1));

/** Applies an example below `root`. @throws Error if the new file exists, or if a place to change is not found once */
export function applyExample(root: string, { kind, path, text }: Example): void {
  const file = join(root, path);
  if (kind === 'ts' && existsSync(file)) throw new Error(`${path} exists already`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, kind === 'ts' ? text : changed(readFileSync(file, 'utf8'), { path, diff: text }));
}

function changed(text: string, { path, diff }: { path: string; diff: string }): string {
  return diff.split(PART).reduce((result, part) => {
    const lines = part.trimEnd().split('\n');
    const [before, after] = [linesWithout(lines, '+'), linesWithout(lines, '-')];
    // Imports have no place of their own: the formatter sorts them.
    if (before.length === 0) return [...after, result].join('\n');
    const pieces = `\n${result}`.split(whole(before));
    if (pieces.length !== 2) throw new Error(`${path} has ${pieces.length - 1} times instead of once:${whole(before)}`);
    return pieces.join(whole(after)).slice(1);
  }, text);
}

const linesWithout = (lines: readonly string[], mark: string): string[] =>
  lines.filter((line) => !line.startsWith(mark)).map((line) => line.slice(1));

/** Whole lines, with the line breaks around them. */
const whole = (lines: readonly string[]): string => ['', ...lines, ''].join('\n');
