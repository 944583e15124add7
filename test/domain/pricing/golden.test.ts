import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { replay, type StoredSnapshot } from '../../../src/domain/pricing/snapshot.ts';

type Golden = StoredSnapshot & { title: string };

/** Snapshots as they were written when their engine was released. They are never written anew: the past does not change. */
const golden = (engine: number): Golden[] =>
  JSON.parse(readFileSync(join(import.meta.dirname, 'golden', `engine-${engine}.json`), 'utf8'));

for (const engine of [1, 2, 3, 4]) {
  describe(`a price of engine ${engine}, replayed`, () => {
    for (const { title, ...snapshot } of golden(engine)) {
      it(title, () => {
        expect(snapshot.engineVersion).to.equal(engine);
        expect(replay(snapshot)).to.deep.equal(snapshot.output);
      });
    }
  });
}
