import { deflateRawSync } from 'node:zlib';
import { expect } from 'chai';
import fc from 'fast-check';
import { snapshotOf, storedOutputOf } from '../../src/domain/pricing/snapshot.ts';
import { packSnapshot, replayDifference, unpackSnapshot } from '../../src/entities/checkout/price-snapshot.ts';
import { carts } from '../domain/pricing/carts.ts';

/** The columns as PostgreSQL returns them. */
const columnsOf = (snapshot: Parameters<typeof packSnapshot>[0]) => {
  const { engine_version: engineVersion, output, packed } = packSnapshot(snapshot);
  const stored = { engineVersion: engineVersion as number, inputs: null, output: output as object };
  return { ...stored, packed: Buffer.from(String(packed).slice('\\x'.length), 'hex') };
};

describe('a packed price', () => {
  it('is what was packed, without the explanation', () => {
    fc.assert(
      fc.property(carts, (inputs) => {
        const { engineVersion, output } = snapshotOf(inputs);
        const columns = columnsOf({ engineVersion, inputs, output });
        expect(Object.keys(columns.output)).to.have.members(['totals', 'discounts']);
        expect(unpackSnapshot(columns)).to.deep.equal({ engineVersion, inputs, output: storedOutputOf(output) });
        expect(replayDifference(columns)).to.equal(undefined);
      }),
      { numRuns: 50 },
    );
  });

  it('takes at most half of the space of JSON', () => {
    fc.assert(
      fc.property(carts, (inputs) => {
        const snapshot = snapshotOf(inputs);
        const { packed, output } = columnsOf(snapshot);
        const size = packed.length + JSON.stringify(output).length;
        expect(size).to.be.below(JSON.stringify(snapshot).length / 2);
      }),
      { numRuns: 50 },
    );
  });

  it('that is damaged differs, instead of stopping the check of the others', () => {
    const [inputs] = fc.sample(carts, { numRuns: 1, seed: 1 });
    const columns = columnsOf(snapshotOf(inputs as NonNullable<typeof inputs>));
    expect(replayDifference({ ...columns, packed: columns.packed.subarray(9) })).to.have.property('error');
    expect(replayDifference({ ...columns, packed: deflateRawSync('{}') })).to.have.property('error');
    expect(replayDifference({ ...columns, packed: null })).to.have.property('error');
  });

  it('from before prices were packed is read as it is', () => {
    const stored = { engineVersion: 1, inputs: { a: 1 }, output: { explanation: [] } };
    expect(unpackSnapshot({ ...stored, packed: null })).to.deep.equal(stored);
  });
});
