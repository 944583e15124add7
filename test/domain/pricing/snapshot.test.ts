import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import {
  differenceOf,
  explainedPrice,
  type StoredSnapshot,
  snapshotOf,
  storedOutputOf,
} from '../../../src/domain/pricing/snapshot.ts';
import { RUNS } from '../arbitraries.ts';
import { carts } from './carts.ts';

/** A value as PostgreSQL returns it from `jsonb`: the shorter keys first. */
const fromJsonb = <T>(value: T): T =>
  JSON.parse(JSON.stringify(value), (_, each) => {
    if (typeof each !== 'object' || each === null || Array.isArray(each)) return each;
    const keys = Object.keys(each).sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
    return Object.fromEntries(keys.map((key) => [key, each[key]]));
  });

const golden = (engine: number): StoredSnapshot[] =>
  JSON.parse(readFileSync(join(import.meta.dirname, 'golden', `engine-${engine}.json`), 'utf8'));

/** A snapshot whose explanation was not stored. */
const withoutExplanation = ({ engineVersion, inputs, output }: StoredSnapshot): StoredSnapshot => {
  const { explanation: _, ...rest } = output as { explanation: object };
  return { engineVersion, inputs, output: rest };
};

describe('a stored price', () => {
  it('is explained by its inputs, like when it was calculated', function () {
    this.timeout(60_000);
    fc.assert(
      fc.property(carts, (inputs) => {
        const { engineVersion, output } = snapshotOf(inputs);
        const stored = fromJsonb({ engineVersion, inputs, output: storedOutputOf(output) });
        expect(stored.output).not.to.have.property('explanation');
        expect(explainedPrice(stored)).to.deep.equal({ output, replays: true });
      }),
      { numRuns: RUNS },
    );
  });

  for (const engine of [1, 2, 3, 4]) {
    it(`is explained by the engine that calculated it: ${engine}`, () => {
      for (const snapshot of golden(engine)) {
        const explained = explainedPrice(withoutExplanation(snapshot));
        expect(explained).to.deep.equal({ output: snapshot.output, replays: true });
      }
    });
  }

  it('keeps an explanation that was stored, and differs if that one does', () => {
    for (const snapshot of golden(1)) {
      expect(explainedPrice(snapshot)).to.deep.equal({ output: snapshot.output, replays: true });
      const other = { ...snapshot, output: { ...snapshot.output, explanation: [] } };
      expect(differenceOf(other)).to.have.property('differences').with.length.above(0);
      expect(explainedPrice(other)).to.deep.equal({ output: other.output, replays: false });
    }
  });

  it('has no explanation when its inputs give another price, or its engine is unknown', () => {
    for (const snapshot of golden(4).map(withoutExplanation)) {
      const output = { ...snapshot.output, totals: null };
      const explained = { output: { ...output, explanation: [] }, replays: false };
      expect(explainedPrice({ ...snapshot, output })).to.deep.equal(explained);
      expect(explainedPrice({ ...snapshot, output, engineVersion: 0 })).to.deep.equal(explained);
    }
  });
});
