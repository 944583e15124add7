import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import { fileOf, LOOKS, PICTURED } from '../../tools/pictures/pages.ts';

const DOCS = resolve(import.meta.dirname, '../../docs');
const MOST_BYTES = 1_700_000;

describe('the pictures of the operations pages', () => {
  const names = PICTURED.flatMap((pictured) => LOOKS.map((look) => fileOf(pictured, look)));

  it('are all there, no other, and small (if not: bin/pictures)', () => {
    const folder = join(DOCS, 'pictures');
    expect(readdirSync(folder)).to.have.members(names);
    const bytes = names.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
    expect(bytes).to.be.at.most(MOST_BYTES);
  });

  it('are all shown by docs/ops.md, and no other', () => {
    const page = readFileSync(join(DOCS, 'ops.md'), 'utf8');
    const shown = [...page.matchAll(/"pictures\/([^"]+)"/g)].map(([, name]) => name);
    expect(shown).to.have.members(names);
  });
});
