import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import { ERRORS } from '../src/domain/errors.ts';
import { ADVICE } from '../tools/states/advice.ts';
import { stalePages, writePages } from '../tools/states/pages.ts';
import { repositoryTexts, type Texts, type Violation } from './architecture/sources.ts';
import { brokenLinks, missingPaths, unlistedSettings } from './docs/documents.ts';

const ROOT = resolve(import.meta.dirname, '..');
const isThere = (path: string): boolean => existsSync(join(ROOT, path));
const lines = (violations: readonly Violation[]): string[] =>
  violations.map(({ path, line, what }) => `${path}:${line} ${what}`);

describe('the documents', () => {
  let everything: Texts;
  let documents: Texts;

  before(() => {
    everything = repositoryTexts();
    documents = Object.fromEntries(Object.entries(everything).filter(([path]) => path.endsWith('.md')));
  });

  describe('drawn from the code', () => {
    let root: string;

    beforeEach(() => {
      root = mkdtempSync(join(tmpdir(), 'vcecom-docs-'));
      cpSync(join(ROOT, 'docs'), join(root, 'docs'), { recursive: true });
    });
    afterEach(() => rmSync(root, { recursive: true }));

    it('say what the code says (if not: bin/states)', () => {
      expect(stalePages(ROOT)).to.deep.equal([]);
    });

    it('are found stale when a word differs or a page is missing, and mended', () => {
      const text = everything['docs/payments.md'] ?? '';
      writeFileSync(join(root, 'docs/payments.md'), text.replace('| `PAYMENT_DECLINED` |', '| `PAYMENT_DELAYED` |'));
      rmSync(join(root, 'docs/states.md'));
      expect(stalePages(root)).to.deep.equal(['docs/states.md', 'docs/payments.md']);
      writePages(root);
      expect(stalePages(root)).to.deep.equal([]);
    });
  });

  it('link to files and headings that are there', () => {
    expect(lines(brokenLinks(documents, isThere))).to.deep.equal([]);
    const planted = {
      'docs/a.md': '# One thing, two\n[a](b.md) [b](#one-thing-two)\n[c](../gone.md) [d](https://example.com)',
      'docs/b.md': '\n[e](a.md#one-thing) [f](a.md)',
    };
    expect(lines(brokenLinks(planted, (path) => path in planted))).to.deep.equal([
      'docs/a.md:3 links to ../gone.md, which is not there',
      'docs/b.md:2 links to a.md#one-thing, where there is no such heading',
    ]);
  });

  it('name files and folders that are there', () => {
    expect(lines(missingPaths(documents, isThere))).to.deep.equal([]);
    const planted = { 'a.md': 'in `src/a.ts`,\nsrc/b/ and bin/gone.\nNot /api/v1/docs/x, nor my-src/a' };
    expect(lines(missingPaths(planted, (path) => path === 'src/a.ts'))).to.deep.equal([
      'a.md:2 names src/b/, which is not there',
      'a.md:2 names bin/gone, which is not there',
    ]);
  });

  it('list every setting in .env.example', () => {
    const configuration = everything['src/infra/config.ts'] ?? '';
    const example = readFileSync(join(ROOT, '.env.example'), 'utf8');
    expect(unlistedSettings(configuration, example)).to.deep.equal([]);
    expect(unlistedSettings(configuration, example.replace('# APP_SECRET=', '# APP_SECRETS='))).to.deep.equal([
      'APP_SECRET',
    ]);
  });

  it('explain every error code, and say truly which are not in use yet', () => {
    const page = everything['docs/errors.md'] ?? '';
    const code = Object.entries(everything).filter(([path]) => /^src\/(api|workers|entities|infra)\//.test(path));
    for (const [name, [met]] of Object.entries(ADVICE)) {
      expect(page).to.include(`| \`${name}\` |`);
      const isUsed = code.some(([, text]) => new RegExp(`\\b${name}\\b`).test(text));
      expect(isUsed, `${name} is ${met}`).to.equal(met !== 'reserved');
    }
    expect(Object.keys(ADVICE)).to.have.members(Object.keys(ERRORS));
  });

  it('record decisions with context, decision and consequences on at most 40 lines', () => {
    const records = Object.entries(documents).filter(([path]) => path.startsWith('docs/decisions/'));
    for (const [path, text] of records) {
      const number = /^docs\/decisions\/(\d{4})-[a-z0-9-]+\.md$/.exec(path)?.[1];
      expect(text, path).to.match(new RegExp(`^# ${number}\\. .+\n`));
      expect(text.match(/^## .+$/gm), path).to.deep.equal(['## Context', '## Decision', '## Consequences']);
      expect(text.trimEnd().split('\n').length, path).to.be.at.most(40);
    }
    const numbers = records.map(([path]) => path.slice(15, 19)).sort();
    expect(numbers, 'numbers without gaps').to.deep.equal(
      numbers.map((_, index) => String(index + 1).padStart(4, '0')),
    );
  });

  it('begin with a README of one page', () => {
    expect((documents['README.md'] ?? '').split('\n').length).to.be.within(20, 80);
  });
});
