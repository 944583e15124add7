import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import { writesOutsideEntities } from '../architecture/code.ts';
import { importsAgainstTheMatrix } from '../architecture/imports.ts';
import { parse } from '../architecture/sources.ts';
import { describeAll } from '../support/extent.ts';
import { scaled } from '../support/pace.ts';
import { applyExample, type Example, examplesIn } from './examples.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const COPIED = [
  'src',
  'migrations',
  'tools',
  'test',
  'docs',
  'package.json',
  'tsconfig.json',
  'biome.json',
  'Procfile',
];
/** Prints the boundaries that no crash case tries. */
const UNTRIED = `
  const [{ boundaries }, { EVERY }] = await Promise.all(['boundaries', 'cases'].map((name) => import('./test/crash/' + name + '.ts')));
  const tried = new Set(EVERY.flatMap(({ kills }) => kills));
  console.log(boundaries().filter((name) => !tried.has(name)).join());
`;

describeAll('the examples of CONTRIBUTING', function () {
  this.timeout(60_000);
  let copy: string;
  let examples: Example[];

  /**
   * Runs a program in the copy, for at most 30 s: a failed test may leave a server open, which keeps the process alive.
   * @throws Error with its output, if it fails
   */
  function run(program: string, ...args: string[]): string {
    try {
      return execFileSync(program, args, { cwd: copy, encoding: 'utf8', timeout: scaled(30_000) });
    } catch (error) {
      throw new Error(['stdout', 'stderr'].map((name) => String(Reflect.get(Object(error), name))).join('\n'));
    }
  }
  const runTool = (name: string, ...args: string[]) => run(join(ROOT, 'node_modules/.bin', name), ...args);

  before(() => {
    copy = mkdtempSync(join(tmpdir(), 'vcecom-examples-'));
    for (const path of COPIED) cpSync(join(ROOT, path), join(copy, path), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    examples = examplesIn(readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8'));
    for (const example of examples) applyExample(copy, example);
    runTool('biome', 'check', '--write', ...codeOf(examples, 'diff'));
  });
  after(() => rmSync(copy, { recursive: true }));

  it('have the types of the code', () => {
    const include = ['src', 'migrations', 'tools/states', 'test/api/authorisation', 'test/crash', ...tests(examples)];
    writeFileSync(join(copy, 'tsconfig.examples.json'), JSON.stringify({ extends: './tsconfig.json', include }));
    runTool('tsc', '-p', 'tsconfig.examples.json');
  });

  it('have its format', () => {
    runTool('biome', 'check', ...codeOf(examples, 'ts'));
  });

  it('pass their tests', () => {
    expect(tests(examples)).to.have.length(5);
    const output = runTool('mocha', '--require', './test/hooks.ts', '--reporter', 'dot', ...tests(examples));
    expect(output).to.include('6 passing');
  });

  it('import what the architecture allows, and write SQL in entities only', () => {
    const paths = new Set(['ts', 'diff'].flatMap((kind) => codeOf(examples, kind)));
    const ours = [...paths].filter((path) => path.startsWith('src/'));
    const sources = parse(Object.fromEntries(ours.map((path) => [path, readFileSync(join(copy, path), 'utf8')])));
    expect([...importsAgainstTheMatrix(sources), ...writesOutsideEntities(sources)]).to.deep.equal([]);
  });

  it('have a crash case for every boundary', () => {
    expect(run(process.execPath, '--input-type=module', '--eval', UNTRIED).trim()).to.equal('');
  });

  it('are refused when the code has changed', () => {
    const stale = { kind: 'diff', path: 'src/main.ts', text: ' no such line\n+x\n' };
    expect(() => applyExample(copy, stale)).to.throw('src/main.ts has 0 times instead of once');
    expect(() => applyExample(copy, { kind: 'ts', path: 'src/main.ts', text: '' })).to.throw('exists already');
  });
});

const codeOf = (examples: readonly Example[], kind: string): string[] => [
  ...new Set(examples.flatMap((each) => (each.kind === kind && each.path.endsWith('.ts') ? [each.path] : []))),
];

const tests = (examples: readonly Example[]): string[] =>
  examples.flatMap(({ path }) => (path.endsWith('.test.ts') ? [path] : []));
