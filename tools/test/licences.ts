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
  /** The format before 2013; several licences are alternatives. */
  licenses?: unknown;
}

/**
 * Permissive licences that only require attribution. Others, like MPL-2.0 or GPL, need a decision: see `EXCEPTIONS`.
 */
const ALLOWED: ReadonlySet<string> = new Set([
  ...['MIT', 'MIT-0', 'ISC', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'BlueOak-1.0.0'],
  ...['CC0-1.0', 'Unlicense', 'Python-2.0', 'PostgreSQL', 'Zlib'],
]);

const FONT = 'OFL-1.1 asks that the font is not sold by itself and keeps its name: documents may embed it';
const SCRIPTS = ['bengali', 'gujarati', 'gurmukhi', 'kannada', 'malayalam', 'oriya', 'tamil', 'telugu'];

/** `name@version` of packages that a person has accepted, with the reason. */
export const EXCEPTIONS: Readonly<Record<string, string>> = {
  '@fontsource/noto-sans@5.3.0': FONT,
  ...Object.fromEntries(SCRIPTS.map((script) => [`@fontsource/noto-sans-${script}@5.3.0`, FONT])),
  'png-js@1.1.0': 'MIT by its LICENSE',
  'pause@0.0.1': 'MIT by its Readme.md; the package is older than the field in package.json',
};

/**
 * Returns the packages of the production tree (lock file in `root`, node_modules) whose licence is not allowed, and
 * unused exceptions. Optional packages for other platforms are not installed and are skipped.
 */
export function licenceProblems(root: string, exceptions = EXCEPTIONS): string[] {
  const problems: string[] = [];
  const unused = new Set(Object.keys(exceptions));
  for (const [path, { optional }] of productionTree(root)) {
    const file = join(root, path, 'package.json');
    if (!existsSync(file)) {
      if (!optional) problems.push(`${path} is not installed`);
      continue;
    }
    const manifest: Manifest = JSON.parse(readFileSync(file, 'utf8'));
    const [name, licence] = [`${manifest.name}@${manifest.version}`, licenceOf(manifest)];
    if (isAllowed(licence) || unused.delete(name) || name in exceptions) continue;
    problems.push(`${name} ${licence ? `has the licence ${licence}` : 'names no licence'}`);
  }
  return [...problems, ...[...unused].map((name) => `${name} needs no exception`)];
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

/** Whether an SPDX expression has an alternative whose parts are all allowed; false for an invalid expression. */
function isAllowed(expression: string): boolean {
  const words = expression.match(/[()]|[^\s()]+/g) ?? [];
  const accept = (word: string): boolean => words[0] === word && words.shift() === word;
  const anyOf = (): boolean => {
    let allowed = allOf();
    while (accept('OR')) allowed = allOf() || allowed;
    return allowed;
  };
  const allOf = (): boolean => {
    let allowed = one();
    while (accept('AND')) allowed = one() && allowed;
    return allowed;
  };
  const one = (): boolean => {
    if (!accept('(')) return ALLOWED.has(words.shift() ?? '');
    const allowed = anyOf();
    return accept(')') && allowed;
  };
  return anyOf() && words.length === 0;
}
