import { expect } from 'chai';
import fc from 'fast-check';
import { addDays } from '../../../../src/api/admin/analytics/answer/day-range.ts';
import { type DaySpan, monthsAndDays } from '../../../../src/api/admin/analytics/answer/months-and-days.ts';

const daysOf = ({ first, end }: DaySpan): string[] => {
  const days: string[] = [];
  for (let day = first; day < end; day = addDays(day, 1)) days.push(day);
  return days;
};

describe('a range of months and days', () => {
  const day = fc.integer({ min: 0, max: 3_660 }).map((days) => addDays('2023-11-30', days));

  it('counts each of its days once, no other day, and reads few days', () => {
    fc.assert(
      fc.property(day, fc.integer({ min: 0, max: 800 }), (from, more) => {
        const to = addDays(from, more);
        const { months, days } = monthsAndDays({ from, to });
        const counts = new Map<string, number>();
        const add = (span: DaySpan, sign: number) => {
          for (const one of daysOf(span)) counts.set(one, (counts.get(one) ?? 0) + sign);
        };
        add(months, 1);
        for (const span of days) add(span, span.sign);
        const counted = [...counts].filter(([, count]) => count !== 0);
        expect(counted.sort()).to.deep.equal(daysOf({ first: from, end: addDays(to, 1) }).map((one) => [one, 1]));
        expect(days.flatMap(daysOf).length).to.be.at.most(Math.min(30, more + 1));
        if (months.first < months.end)
          expect([months.first, months.end].map((one) => one.slice(8))).to.deep.equal(['01', '01']);
      }),
    );
  });

  it('subtracts the days before a range that begins early in a month', () => {
    expect(monthsAndDays({ from: '2026-01-04', to: '2026-12-20' })).to.deep.equal({
      months: { first: '2026-01-01', end: '2027-01-01' },
      days: [
        { first: '2026-01-01', end: '2026-01-04', sign: -1 },
        { first: '2026-12-21', end: '2027-01-01', sign: -1 },
      ],
    });
  });
});
