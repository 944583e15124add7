import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { JOBS } from '../../src/jobs/schedule.ts';

const ROOT = join(import.meta.dirname, '..', '..');

interface File {
  path: string;
  text: string;
}

/**
 * Every boundary that the source declares, as `process:name`: transactions, calls to the provider, hand-overs to the
 * queues, acknowledgements of jobs.
 * @throws Error for a boundary whose name cannot be read from the source: then this file has to learn it.
 */
export function boundaries(): string[] {
  const files = globSync('src/{api,workers,infra,entities}/**/*.ts', { cwd: ROOT }).map((path) => ({
    path,
    text: readFileSync(join(ROOT, path), 'utf8'),
  }));
  const found = files.flatMap((file) => [
    ...transactionsIn(file, files),
    ...callsIn(file, files),
    ...failpointsIn(file),
  ]);
  return [...new Set([...found, ...JOBS.map(({ name }) => `worker:${name}.before-ack`)])];
}

/** Doors are opened by web, the rest is a worker's; infra is in both. */
function processesOf({ path }: File): string[] {
  if (path.startsWith('src/api/')) return ['web'];
  return path.startsWith('src/workers/') ? ['worker'] : ['web', 'worker'];
}

const spread = (file: File, names: string[]): string[] =>
  processesOf(file).flatMap((process) => names.map((name) => `${process}:${name}`));

function transactionsIn(file: File, files: readonly File[]): string[] {
  if (file.path.startsWith('src/infra/')) return [];
  const call = /(?:unitOfWork\(\s*[\w.]+,|groupedWork\(\s*[\w.]+,\s*\{ name:)\s*([^,]+),/g;
  const names = argumentsOf(file, call).flatMap((name) => {
    if (isQuoted(name)) return [unquoted(name)];
    // `edit` runs all edits; each change declares its name.
    if (name === 'change.name') return declaredChanges(files);
    return [jobNamed(name, file)];
  });
  return spread(
    file,
    names.flatMap((name) => [`${name}.before-commit`, `${name}.after-commit`]),
  );
}

/** `edit(deps, call, { name: '…' })`, and the same with `accept`. */
const declaredChanges = (files: readonly File[]): string[] =>
  files
    .filter(({ path }) => path.startsWith('src/api/'))
    .flatMap((file) => argumentsOf(file, /(?:edit|accept\w*)\(deps, call, \{\s*name: ('[^']+')/g))
    .map(unquoted);

function callsIn(file: File, files: readonly File[]): string[] {
  if (file.path === 'src/infra/database/external-call.ts') return [];
  const names = argumentsOf(file, /\bexternal\(\s*([^,]+),/g).flatMap((name) => {
    if (isQuoted(name)) return [unquoted(name)];
    if (/^`payments\.\$\{operation\.kind\}`$/.test(name))
      return operationKinds(files).map((kind) => `payments.${kind}`);
    throw new Error(`${file.path}: the test cannot tell which calls external(${name}) names`);
  });
  return spread(
    file,
    names.flatMap((name) => [`${name}.before-call`, `${name}.after-call`]),
  );
}

function operationKinds(files: readonly File[]): string[] {
  const text = files.find(({ path }) => path === 'src/entities/payment/operation.ts')?.text ?? '';
  const [, kinds = ''] = /type OperationKind = ([^;]+);/.exec(text) ?? [];
  return [...kinds.matchAll(/'(\w+)'/g)].map(([, kind = '']) => kind);
}

/** Names of which a part is filled in: those of transactions, calls and jobs, which are read where they are given. */
const FILLED_IN = /^`\$\{[\w.]+\}\.(before|after)-(commit|call|ack)(-of-many)?`$/;

function failpointsIn(file: File): string[] {
  const names = argumentsOf(file, /(?<!function )\bfailpoint\(([^)]+)\)/g);
  const unknown = names.find((name) => !isQuoted(name) && !FILLED_IN.test(name));
  if (unknown) throw new Error(`${file.path}: the test cannot tell which failpoints failpoint(${unknown}) names`);
  return spread(file, names.filter(isQuoted).map(unquoted));
}

function jobNamed(expression: string, { path }: File): string {
  const [, constant] = /^(\w+)\.name$/.exec(expression) ?? [];
  const declaration = new RegExp(`export const ${constant} = job\\(\\s*'(\\w+)',\\s*'([\\w-]+)'`);
  const jobs = globSync('src/jobs/**/*.ts', { cwd: ROOT }).map((job) => readFileSync(join(ROOT, job), 'utf8'));
  const [, queue, verb] = declaration.exec(jobs.join('\n')) ?? [];
  if (!constant || !queue)
    throw new Error(`${path}: the test cannot tell which transactions unitOfWork(${expression}) names`);
  return `${queue}.${verb}`;
}

const argumentsOf = ({ text }: File, call: RegExp): string[] =>
  [...text.matchAll(call)].map(([, argument = '']) => argument.trim());
const isQuoted = (name: string): boolean => /^'[^']+'$/.test(name);
const unquoted = (name: string): string => name.slice(1, -1);
