import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { isSampled, requestLevel, sampleRequests } from '../../src/infra/observability/access-log.ts';

const ids = Array.from({ length: 20_000 }, () => randomUUID());
const shareOf = (share: number): number => ids.filter((id) => isSampled(id, share)).length / ids.length;

describe('the sample of requests', () => {
  afterEach(() => sampleRequests(0));

  it('is about the share that is asked for, also of ids that are counted up', () => {
    for (const share of [0.01, 0.1, 0.5]) expect(shareOf(share)).to.be.closeTo(share, 0.02);
    const counted = ids.filter((_, index) => isSampled(`request-${index}`, 0.1));
    expect(counted.length / ids.length).to.be.closeTo(0.1, 0.02);
  });

  it('is nothing of nothing, all of all, and grows with the share', () => {
    fc.assert(
      fc.property(fc.string(), fc.double({ min: 0, max: 1, noNaN: true }), (id, share) => {
        expect(isSampled(id, 0)).to.equal(false);
        expect(isSampled(id, 1)).to.equal(true);
        if (isSampled(id, share)) expect(isSampled(id, Math.min(1, share * 2))).to.equal(true);
      }),
    );
  });

  it('has every failure of the server', () => {
    expect(requestLevel('a', 500)).to.equal('info');
    expect(requestLevel('a', 503)).to.equal('info');
    expect(requestLevel('a', 404)).to.equal('debug');
    sampleRequests(1);
    expect(requestLevel('a', 200)).to.equal('info');
  });
});
