import { expect } from 'chai';
import * as code from './architecture/code.ts';
import { needless, type Rule, unexcused } from './architecture/exceptions.ts';
import { madeExpressions, slowExpressions } from './architecture/expressions.ts';
import { importCycles, importsAgainstTheMatrix } from './architecture/imports.ts';
import * as sizes from './architecture/sizes.ts';
import { parse, repositoryTexts, type Source, type Texts, type Violation } from './architecture/sources.ts';
import * as words from './architecture/words.ts';

const onlyTypeScript = (texts: Texts): Texts =>
  Object.fromEntries(Object.entries(texts).filter(([path]) => path.endsWith('.ts')));

/** Fails with one line per violation: file, line and what is wrong there. */
function expectNone(violations: readonly Violation[], rule?: Rule): void {
  const left = rule ? unexcused(rule, violations) : violations;
  const report = left.map(({ path, line, what }) => `${path}:${line} ${what}`);
  expect(report, `\n${report.join('\n')}\n`).to.deep.equal([]);
  if (rule) expect(needless(rule, violations), 'exceptions that are not needed').to.deep.equal([]);
}

/** Shows that a rule can fail: it finds each of the planted violations, at its line. */
function expectFound(violations: readonly Violation[], ...places: string[]): void {
  expect(violations.map(({ path, line }) => `${path}:${line}`)).to.deep.equal(places);
}

describe('the house', () => {
  let everything: Texts;
  let src: Source[];
  let sources: Source[];

  before(function () {
    this.timeout(60_000);
    everything = repositoryTexts();
    const folders = ['src/', 'tools/', 'migrations/', 'test/'];
    sources = parse(onlyTypeScript(repositoryTexts(...folders)));
    src = sources.filter(({ path }) => path.startsWith('src/'));
  });

  describe('imports', () => {
    it('go only where the matrix of the architecture allows, types included', () => {
      expectNone(importsAgainstTheMatrix(src));
    });

    it('are seen in every form, and refused with the rule they break', () => {
      const planted = parse({
        'src/api/store/cart.ts': "import { a } from '../../workers/cart.ts';\nimport '../../entities/cart.ts';",
        'src/domain/money.ts': "\nimport type { Redis } from '../infra/redis.ts';",
        'src/infra/log.ts': "\n\nexport { a } from '../domain/money.ts';",
        'src/machines/cart.ts': "const a = await import('../entities/cart.ts');",
        'src/entities/cart.ts': "type A = import('../machines/cart.ts').A;",
        'src/ports/payments/stripe.ts': "import { b } from '../../../tools/dev.ts';",
        'src/main.ts': "import '../test/cart.ts';\nimport './workers/cart.ts';",
        'src/odd.ts': "import './domain/money.ts';",
        'src/workers/cart.ts': "import './run.ts';\nimport '../machines/cart.ts';\nimport 'bullmq';",
      });
      const found = importsAgainstTheMatrix(planted);
      expectFound(
        found,
        'src/api/store/cart.ts:1',
        'src/domain/money.ts:2',
        'src/infra/log.ts:3',
        'src/machines/cart.ts:1',
        'src/entities/cart.ts:1',
        'src/ports/payments/stripe.ts:1',
        'src/main.ts:1',
        'src/odd.ts:1',
      );
      expect(found[0]?.what).to.equal('imports src/workers/cart.ts: api may import domain, infra, entities, jobs');
    });

    it('let a webhook route use its port, and no other route', () => {
      const text = "import { verify } from '../ports/payments/port.ts';";
      expectFound(importsAgainstTheMatrix(parse({ 'src/api/webhooks.ts': text })));
      expectFound(importsAgainstTheMatrix(parse({ 'src/api/route.ts': text })), 'src/api/route.ts:1');
    });

    it('never go round in a circle', () => {
      expectNone(importCycles(src));
    });

    it('in a circle are found, also through types and by oneself', () => {
      const planted = parse({
        'src/domain/a.ts': "import './b.ts';",
        'src/domain/b.ts': "import './c.ts';\nimport './d.ts';",
        'src/domain/c.ts': "import type { A } from './a.ts';",
        'src/domain/d.ts': 'export const d = 1;',
        'src/domain/e.ts': "import './e.ts';\nimport './a.ts';",
      });
      const circles = importCycles(planted).map(({ what }) => what);
      expect(circles).to.deep.equal([
        'is in a circle of imports: src/domain/a.ts → src/domain/b.ts → src/domain/c.ts',
        'is in a circle of imports: src/domain/e.ts',
      ]);
    });

    it('lead to the place where a thing is made, not to a file that passes it on', () => {
      expectNone(code.barrels(sources));
      const barrel = "export * from './a.ts';\nexport { b } from './b.ts';";
      expectFound(code.barrels(parse({ 'src/a/index.ts': barrel, 'src/a.ts': `${barrel}\nx();` })), 'src/a/index.ts:1');
    });
  });

  describe('api', () => {
    it('opens a transaction only in accept and edit', () => {
      expectNone(code.transactionsInApi(src));
      const opens = 'const a = 1;\nawait unitOfWork(db, work);\nawait orm.em.transactional(work);';
      const found = code.transactionsInApi(parse({ 'src/api/cart.ts': opens, 'src/api/writes/accept.ts': opens }));
      expectFound(found, 'src/api/cart.ts:2', 'src/api/cart.ts:3');
    });
  });

  describe('entities', () => {
    it('own every write: no other folder has SQL that writes', () => {
      expectNone(code.writesOutsideEntities(src));
      const writes = [
        "tx.query('insert into carts (id) values ($1)');",
        'tx.query(`update carts c\n set version = 2`);',
        "tx.append('carts', {});",
        // biome-ignore lint/suspicious/noTemplateCurlyInString: source code with a template
        "tx.query(`delete from ${'carts'}`);",
        "tx.query('select 1 from carts for update'); // update set",
        "const summary = 'Update a cart';",
      ].join('\n');
      const planted = parse({ 'src/api/a.ts': writes, 'src/entities/a.ts': writes });
      expectFound(code.writesOutsideEntities(planted), ...[1, 2, 4, 5].map((line) => `src/api/a.ts:${line}`));
    });
  });

  describe('mapped classes', () => {
    it('are loaded', () => {
      expectNone(code.unloadedEntities(src));
      const found = code.unloadedEntities(
        parse({
          'src/a.ts': ['A', 'B', 'C', 'D'].map((name) => `${name}Schema.setClass(${name});`).join('\n'),
          'src/b.ts': 'tx.lock(A, { id });\nmanagedResource({ entity: B });\nlet c: C = rows.find(isC);\nnew D();',
        }),
      );
      expectFound(found, 'src/a.ts:3', 'src/a.ts:4');
    });

    it('are all in the schema', async () => {
      const mapped = code.mappedClasses(src);
      const { ENTITIES } = await import('../src/entities/schema.ts');
      expect(ENTITIES.map(({ name }) => name)).to.have.members(mapped);
    });
  });

  describe('machines', () => {
    it('know no clock, no chance, no waiting and no effects of their own', () => {
      expectNone(code.impureMachines(src));
      const impure = 'Date.now();\nMath.random();\nawait a;\nconst b = { invoke: 1 };\nMath.max(1);\nlet c: Date;';
      const found = code.impureMachines(parse({ 'src/machines/a.ts': impure, 'src/workers/a.ts': impure }));
      expectFound(found, ...[1, 2, 3, 4, 6].map((line) => `src/machines/a.ts:${line}`));
    });
  });

  describe('infra', () => {
    it('knows no shop', () => {
      expectNone(words.shopWords(everything), 'shop words');
    });

    it('may sort, and is caught with the shop’s words in any spelling', () => {
      const text = [
        "select('a order by b');",
        '// in id order',
        'lockCheckout();',
        'const CART_TTL = 1;',
        '/** Finds customers. */',
        'const order = 1;',
        'production();',
      ].join('\n');
      const found = words.shopWords({ 'src/infra/a.ts': text, 'src/domain/a.ts': text });
      expectFound(found, ...[3, 4, 5, 6].map((line) => `src/infra/a.ts:${line}`));
    });

    it('reads the environment in config.ts, and nobody else does', () => {
      expectNone(code.environmentReaders(src), 'environment');
      const text =
        "process.env.A;\nconst { env } = process;\nimport { env as e } from 'node:process';\nconst { env: f } = g;";
      const found = code.environmentReaders(
        parse({ 'src/api/a.ts': text, 'tools/a.ts': text, 'src/infra/config.ts': text }),
      );
      expectFound(found, ...[1, 2, 3].map((line) => `src/api/a.ts:${line}`));
    });
  });

  describe('names', () => {
    it('of folders and files say what is inside', () => {
      const ours = Object.keys(everything).filter((path) => /^(src|test|tools|bin|ops|migrations)\//.test(path));
      expectNone(words.emptyNames(ours));
      const planted = [
        'src/utils/a.ts',
        'src/api/cart.service.ts',
        'test/helpers.ts',
        'src/api/common-a.ts',
        'src/api/utility.ts',
      ];
      expectFound(words.emptyNames(planted), ...planted.slice(0, 4).map((path) => `${path}:1`));
    });
  });

  describe('the vocabulary', () => {
    it('has one name for a thing: replaced names do not come back', () => {
      expectNone(words.replacedNames(sources.filter(({ path }) => !path.startsWith('test/architecture'))));
      const planted = parse({
        'src/a/letters.ts': 'x();',
        'src/b.ts': 'const a: Deed = 1;',
        'src/c.ts': 'indeed();',
        'src/d.ts': 'const wanted = `select 1 as wanted`;',
      });
      expectFound(words.replacedNames(planted), 'src/a/letters.ts:1', 'src/b.ts:1', 'src/d.ts:1');
    });

    it('has one meaning for a name: no two files of src export types of one name', () => {
      expectNone(words.sharedNames(src));
      const planted = parse({ 'src/a.ts': 'export type A = 1;', 'src/b.ts': 'export class A {}\nexport class B {}' });
      expectFound(words.sharedNames(planted), 'src/b.ts:1');
    });
  });

  describe('code', () => {
    it('never says any', () => {
      expectNone(code.anyTypes(sources), 'any');
      const planted = parse({ 'src/a.ts': '// any\nlet any = 1;\nlet a: Record<string, any>;\nconst b = "any";' });
      expectFound(code.anyTypes(planted), 'src/a.ts:3');
    });

    it('matches any text in linear time', function () {
      this.timeout(60_000);
      expectNone(slowExpressions(src));
      // Made of parts: their own tests try them on hostile texts.
      const tested = [
        'src/domain/reviews/contact.ts',
        'src/domain/reviews/profanity-matchers.ts',
        'src/domain/reviews/shouting-and-repetition.ts',
        'src/domain/reviews/word-lists.ts',
        'src/infra/crypto/key-ring.ts',
      ];
      expect(madeExpressions(src)).to.deep.equal(tested);
      const planted = parse({ 'src/a.ts': 'const a = /^a+$/;\nconst b = /\\s+$/;\nconst c = /^(a+)+$/;' });
      expectFound(slowExpressions(planted), 'src/a.ts:2', 'src/a.ts:3');
    });

    it('never forces a type through unknown', () => {
      expectNone(code.forcedTypes(sources));
      const planted = parse({
        'src/a.ts': 'a as unknown;\na as unknown as B;\na as B;\n<B><unknown>a;\n(a as unknown) as B;',
      });
      expectFound(code.forcedTypes(planted), 'src/a.ts:2', 'src/a.ts:4', 'src/a.ts:5');
    });

    it('never silences the compiler', () => {
      expectNone(words.silencedErrors(sources));
      const silence = (what: string) => `// @ts-${what}`;
      const planted = parse({ 'src/a.ts': ['ignore', 'expect-error', 'nocheck'].map(silence).join('\n') });
      expectFound(words.silencedErrors(planted), 'src/a.ts:1', 'src/a.ts:2', 'src/a.ts:3');
    });

    it('leaves no place unfinished', () => {
      expectNone(words.unfinishedPlaces(everything));
      const planted = { 'a.md': ['TO', 'DO: later'].join(''), 'b.ts': ['// FIX', 'ME'].join(''), 'c.ts': 'todos' };
      expectFound(words.unfinishedPlaces(planted), 'a.md:1', 'b.ts:1');
    });
  });

  describe('the repository', () => {
    it('names no folder of anybody’s machine', () => {
      expectNone(words.machinePaths(everything));
      const folder = (...names: string[]) => ['', ...names].join('/');
      const planted = { a: `x\ncd ${folder('home', 'ravi')}`, b: `"${folder('root', 'x')}"`, c: 'src/work/a; /tmp/a' };
      expectFound(words.machinePaths(planted), 'a:2', 'b:1');
    });

    it('names no registry, so that the lock file works with every one', () => {
      expectNone(words.registryHosts(everything));
      const host = ['registry', 'npmjs', 'org'].join('.');
      const planted = {
        'package-lock.json': `{\n${['"resolved"', ' "x"'].join(':')}\n}`,
        '.npmrc': `a=https://${host}`,
      };
      expectFound(words.registryHosts(planted), 'package-lock.json:2', '.npmrc:1');
    });
  });

  describe('sizes', () => {
    const file = (lines: number) => 'x();\n'.repeat(lines);

    it('of files: the longest 300 lines', () => {
      expectNone(sizes.longerThan(300, sizes.fileSizes(src)), 'file size');
      const planted = sizes.fileSizes(parse({ 'src/a.ts': file(300), 'src/b.ts': file(301) }));
      expectFound(sizes.longerThan(300, planted), 'src/b.ts:1');
    });

    it('of files: half of them at most 60 lines, nine tenths at most 150', () => {
      const files = sizes.fileSizes(src);
      expect(sizes.quantile(0.5, files), 'median').to.be.at.most(60);
      expect(sizes.quantile(0.9, files), 'nine tenths').to.be.at.most(150);
      const planted = sizes.fileSizes(
        parse({ 'a.ts': file(10), 'b.ts': file(20), 'c.ts': file(90), 'd.ts': file(200) }),
      );
      expect([0.5, 0.75, 0.9].map((share) => sizes.quantile(share, planted))).to.deep.equal([20, 90, 200]);
    });

    it('of folders: at most twelve files', () => {
      expectNone(sizes.fullerThan(12, src));
      const planted = Array.from({ length: 13 }, (_, n) => [`src/a/${n}.ts`, ''] as const);
      expectFound(sizes.fullerThan(12, parse(Object.fromEntries([...planted, ['src/a/b/c.ts', '']]))), 'src/a:1');
    });

    it('of functions: the longest 50 lines', () => {
      expectNone(sizes.longerThan(50, sizes.functionSizes(src)), 'function size');
      const body = file(49);
      const planted = `function a() {\n${body}}\nconst b = {\n  c: () => {\n${body}},\n  async d() {\n${file(20)}},\n};`;
      const found = sizes.longerThan(50, sizes.functionSizes(parse({ 'src/a.ts': planted })));
      expect(found.map(({ line, what }) => `${line} ${what}`)).to.deep.equal(['1 a has 51 lines', '53 c has 51 lines']);
    });

    it('of functions: half of them at most 8 lines, nine tenths at most 25', () => {
      const functions = sizes.functionSizes(src);
      expect(sizes.quantile(0.5, functions), 'median').to.be.at.most(8);
      expect(sizes.quantile(0.9, functions), 'nine tenths').to.be.at.most(25);
    });

    it('of functions: at most three parameters', () => {
      expectNone(sizes.withMoreParametersThan(3, sizes.functionSizes(src)), 'parameters');
      const planted = 'const f = (a, b, c) => a;\nclass A { constructor(a, b, c, d) {} g(a, b, c, d) {} }';
      const found = sizes.withMoreParametersThan(3, sizes.functionSizes(parse({ 'src/a.ts': planted })));
      expectFound(found, 'src/a.ts:2', 'src/a.ts:2');
    });
  });
});
