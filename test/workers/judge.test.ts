import { join } from 'node:path';
import { expect } from 'chai';
import { HELD, type Judged } from '../../src/domain/reviews/moderate.ts';
import { DEFAULT_POLICY } from '../../src/domain/reviews/policy.ts';
import { type Judge, openJudge } from '../../src/workers/reviews/judge.ts';
import { scaled } from '../support/pace.ts';

const review = (body: string): Judged => ({ rating: 4, title: 'A review', body, isCopied: false });

describe('the judge of reviews', () => {
  let judge: Judge;
  afterEach(() => judge.close());

  it('judges in a thread as the rules do', async () => {
    judge = openJudge();
    const { decision, reasons } = await judge.judge(review('what a load of bullshit'), DEFAULT_POLICY);
    expect([decision, reasons.map(({ rule }) => rule)]).to.deep.equal(['reject', ['profanity']]);
  });

  it('holds what takes too long, off the event loop, and judges the others', async function () {
    // Two threads start, twice.
    this.timeout(30_000);
    judge = openJudge({ filename: join(import.meta.dirname, 'endless-judge.ts'), limitMs: scaled(2_000) });
    let turns = 0;
    const ticking = setInterval(() => {
      turns += 1;
    }, 20);
    const verdicts = await Promise.all(
      ['endless', 'fine', 'endless', 'fine'].map((body) => judge.judge(review(body), DEFAULT_POLICY)),
    );
    clearInterval(ticking);
    expect(verdicts.map(({ decision }) => decision)).to.deep.equal(['hold', 'approve', 'hold', 'approve']);
    expect(verdicts[0]).to.deep.equal(HELD);
    expect(turns).to.be.greaterThan(20);
  });
});
