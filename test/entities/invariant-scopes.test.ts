import { expect } from 'chai';
import { RULES } from '../../src/domain/reconciliation.ts';
import { INVARIANTS } from '../../src/entities/invariants/all-invariants.ts';
import { invariantsIn, type Scope } from '../../src/entities/reconciliation/scopes.ts';

describe('the scopes of invariants', () => {
  const RUNS: Scope[] = ['waiting', 'checkouts', 'variants', 'whole'];
  const namesIn = (...scopes: Scope[]) => scopes.flatMap((scope) => invariantsIn(scope)).map(({ name }) => name);

  it('have a rule for every invariant that a reconciliation run checks', () => {
    expect(namesIn(...RUNS).filter((name) => !Object.hasOwn(RULES, name))).to.deep.equal([]);
  });

  it('leave the sums of analytics to the job that recounts them', () => {
    const sums = INVARIANTS.map(({ name }) => name).filter((name) => name.startsWith('analytics.'));
    expect(sums).not.to.deep.equal([]);
    expect(namesIn('recounted')).to.deep.equal(sums);
  });
});
