import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Locked {
  dev?: boolean;
  optional?: boolean;
  link?: boolean;
}

interface Manifest {
  name: string;
  version: string;
  license?: unknown;
  /** How it was written before 2013; more than one is a choice. */
  licenses?: unknown;
}

/** Licences that ask for no more than to be named. One that asks for more, as MPL-2.0 or the GPL, is a decision: see `EXCEPTIONS`. */
const ALLOWED: ReadonlySet<string> = new Set([
  ...['MIT', 'MIT-0', 'ISC', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'BlueOak-1.0.0'],
  ...['CC0-1.0', 'Unlicense', 'Python-2.0', 'PostgreSQL', 'Zlib'],
]);

const FONT = 'OFL-1.1 asks that the font is not sold by itself and keeps its name: documents may embed it';
const SCRIPTS = ['bengali', 'gujarati', 'gurmukhi', 'kannada', 'malayalam', 'oriya', 'tamil', 'telugu'];

/** `name@version` of packages that are accepted by what a person has read, and where. */
export const EXCEPTIONS: Readonly<Record<string, string>> = {
  '@fontsource/noto-sans@5.3.0': FONT,
  ...Object.fromEntries(SCRIPTS.map((script) => [`@fontsource/noto-sans-${script}@5.3.0`, FONT])),
  'png-js@1.1.0': 'MIT by its LICENSE',
  'pause@0.0.1': 'MIT by its Readme.md; the package is older than the field in package.json',
};

/**
 * The packages of the production tree, as the lock file in `root` lists it and node_modules has it, whose licence is not
 * allowed; also exceptions that nobody needs. An optional package that does not fit this platform is not there to be read.
 */
export function licenceProblems(root: string, exceptions = EXCEPTIONS): string[] {
  const problems: string[] = [];
  const needless = new Set(Object.keys(exceptions));
  for (const [path, { optional }] of productionTree(root)) {
    const file = join(root, path, 'package.json');
    if (!existsSync(file)) {
      if (!optional) problems.push(`${path} is not installed`);
      continue;
    }
    const manifest: Manifest = JSON.parse(readFileSync(file, 'utf8'));
    const [name, licence] = [`${manifest.name}@${manifest.version}`, licenceOf(manifest)];
    if (isAllowed(licence) || needless.delete(name) || name in exceptions) continue;
    problems.push(`${name} ${licence ? `has the licence ${licence}` : 'names no licence'}`);
  }
  return [...problems, ...[...needless].map((name) => `${name} needs no exception`)];
}

function productionTree(root: string): [string, Locked][] {
  const lock: { packages: Record<string, Locked> } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  return Object.entries(lock.packages).filter(([path, { dev, link }]) => path !== '' && !dev && !link);
}

function licenceOf({ license, licenses }: Manifest): string {
  if (Array.isArray(licenses) && license === undefined) return licenses.map(nameOf).join(' OR ');
  return nameOf(license ?? licenses);
}

function nameOf(licence: unknown): string {
  if (typeof licence === 'string') return licence;
  return typeof licence === 'object' && licence && 'type' in licence ? String(licence.type) : '';
}

/** Whether an SPDX expression leaves us a choice of which every part is allowed. What is no such expression is not. */
function isAllowed(expression: string): boolean {
  const words = expression.match(/[()]|[^\s()]+/g) ?? [];
  const goesOnWith = (word: string): boolean => words[0] === word && words.shift() === word;
  const anyOf = (): boolean => {
    let allowed = allOf();
    while (goesOnWith('OR')) allowed = allOf() || allowed;
    return allowed;
  };
  const allOf = (): boolean => {
    let allowed = one();
    while (goesOnWith('AND')) allowed = one() && allowed;
    return allowed;
  };
  const one = (): boolean => {
    if (!goesOnWith('(')) return ALLOWED.has(words.shift() ?? '');
    const allowed = anyOf();
    return goesOnWith(')') && allowed;
  };
  return anyOf() && words.length === 0;
}
