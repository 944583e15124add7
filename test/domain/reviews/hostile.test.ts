import { expect } from 'chai';
import { HELD, type Judged, moderate } from '../../../src/domain/reviews/moderate.ts';
import { DEFAULT_POLICY } from '../../../src/domain/reviews/policy.ts';
import { MOST_JUDGED } from '../../../src/domain/reviews/text.ts';
import { scaled } from '../../support/pace.ts';

const LENGTH = 5_000;
/** A quarter of the text takes a quarter of a linear time, and a sixteenth of a quadratic one. */
const MOST_FOR_FOUR_TIMES = 9;
/** In milliseconds: what is faster needs no comparison. */
const QUICK_MS = 30;
const ATTEMPTS = 5;

/** Repeated to a whole review. */
const UNITS = [
  ...[
    'a',
    'A',
    'क',
    'क.',
    '1',
    '1 ',
    '1-',
    '1/',
    '(1)',
    '.',
    '..',
    '_',
    'a_',
    'a-',
    'a.',
    'a@',
    '@',
    '((',
    '[.]',
    '*',
    'a*',
  ],
  ...[
    'at ',
    'dot ',
    'dotcom',
    ' dot com',
    '.com',
    'a.com/',
    'www.',
    'http://',
    '//',
    'mailto:',
    'a:b@',
    'hxxp:',
    '%a0',
  ],
  ...[
    'one ',
    'one-',
    'double ',
    'double one ',
    '9876543210',
    '+91 98765 43210 ',
    '1.1.1.1:',
    '1 x',
    'call',
    'call me ',
  ],
  ...[
    '12/10/2025 ',
    '12/10/',
    '10:30 ',
    '10:30:',
    'a*b*',
    'L*',
    'A55 ',
    'tit for ',
    'sofa cum ',
    'dick ',
    'dick',
    'pig ',
  ],
  ...['a#', 'a#b ', 'sh#t ', 'shit', 'a.b.', 'fuuuck ', 'चूत', 'चूत ', '8', '$'],
  ...['fuck', 'fuck ', 'f u c k ', 'f4@$', 'xxx@xxx.', 'not ', 'great ', '👍🏽', '\u200d', 'e\u0301'],
];

const review = (body: string): Judged => ({ rating: 1, title: 'A review', body, isCopied: false });

function judgingMs(unit: string, length: number): number {
  const one = review(unit.repeat(length / unit.length));
  const start = performance.now();
  moderate(one, DEFAULT_POLICY);
  return performance.now() - start;
}

/** Whatever else the machine does only makes it slower: one good measurement is enough. */
const isLinear = (unit: string): boolean =>
  Array.from({ length: ATTEMPTS }).some(() => {
    const ms = judgingMs(unit, LENGTH);
    return ms < scaled(QUICK_MS) || ms < MOST_FOR_FOUR_TIMES * judgingMs(unit, LENGTH / 4);
  });

describe('a hostile review', function () {
  this.timeout(60_000);

  it('is judged in linear time, whatever it repeats', () => {
    expect(UNITS.filter((unit) => !isLinear(unit))).to.deep.equal([]);
  });

  it('that normalisation makes longer than any review may be is held, unjudged', () => {
    const body = '\ufdfa'.repeat(LENGTH);
    expect(body.normalize('NFKC').length).to.be.greaterThan(MOST_JUDGED);
    expect(moderate(review(body), DEFAULT_POLICY)).to.deep.equal(HELD);
    expect(moderate(review('a'.repeat(LENGTH)), DEFAULT_POLICY)).to.not.deep.equal(HELD);
  });
});
