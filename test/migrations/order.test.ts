import { globSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { expect } from 'chai';
import { MIGRATIONS } from '../../src/entities/schema.ts';

describe('the migrations', () => {
  it('are those of the folder, in the order of their numbers', () => {
    const files = globSync(resolve(import.meta.dirname, '../../migrations/*.ts'));
    expect(MIGRATIONS.map(({ name }) => name)).to.deep.equal(files.map((file) => basename(file, '.ts')).sort());
  });
});
