import { expect } from 'chai';
import { assert, integer, property } from 'fast-check';
import { RequestFault } from '../../src/api/http/errors/failure.ts';
import { changeText } from '../../src/api/ops/overview/figure-tables.ts';
import { partOf, readSparingly } from '../../src/api/ops/overview/readings/part.ts';
import { completedPerStep, sum } from '../../src/api/ops/overview/readings/queues.ts';
import { verdict } from '../../src/api/ops/overview/signal-list.ts';
import { unavailable } from '../../src/domain/errors.ts';

const MINUTE_MS = 60_000;

describe('the parts of the overview', () => {
  /** 7 jobs in the minute of `now`, 3 in the minute before, 5 an hour before. */
  const metrics = (now: number) => {
    const data = [3, ...new Array<number>(58).fill(0), 5];
    return { meta: { count: 15, prevTS: now, prevCount: 8 }, data };
  };

  it('place completed jobs in steps of five minutes', () => {
    const now = 1_000_000 * MINUTE_MS;
    expect(completedPerStep(metrics(now), now)).to.deep.equal([...new Array<number>(11).fill(0), 10]);
    const later = completedPerStep(metrics(now), now + 6 * MINUTE_MS);
    expect(later, 'no job ended since').to.deep.equal([...new Array<number>(10).fill(0), 10, 0]);
    expect(sum(completedPerStep({ meta: { count: 0, prevTS: 0, prevCount: 0 }, data: [] }, now))).to.equal(0);
  });

  it('forget jobs after an hour, and count none twice', () =>
    assert(
      property(integer({ min: 0, max: 120 }), (minutes) => {
        const now = 1_000_000 * MINUTE_MS;
        const counted = sum(completedPerStep(metrics(now), now + minutes * MINUTE_MS));
        expect(counted).to.equal(minutes <= 58 ? 10 : minutes === 59 ? 7 : 0);
      }),
    ));

  it('tell a change in percent, and none without a figure to compare with', () => {
    expect([changeText(12, 10), changeText(9, 10), changeText(10, 10)]).to.deep.equal(['+20 %', '-10 %', '0 %']);
    expect([changeText(1, 0), changeText(null, 1), changeText(1, null)]).to.deep.equal(['–', '–', '–']);
  });

  it('say why a part is missing: an outage or a permission; a bug is no reason', async () => {
    const outage = await partOf(Promise.reject(unavailable('DATABASE_UNAVAILABLE')));
    expect(outage).to.include({ isOutage: true }).and.have.property('missing');
    const refusal = new RequestFault('FORBIDDEN', { details: { missing: 'analytics:read' } });
    expect(await partOf(Promise.reject(refusal))).to.deep.equal({
      isOutage: false,
      missing: 'Your role does not allow you to see this. The permission analytics:read is missing.',
    });
    const bug = new Error('a bug');
    expect(await partOf(Promise.reject(bug)).catch((error) => error)).to.equal(bug);
  });

  it('make no verdict without a number that can be a fault, but name what is missing', () => {
    const todo = { title: 'Sold-out variants', path: undefined, state: 'todo', count: 3 } as const;
    expect(verdict([todo], { ofRole: true, unread: [] }).markup).to.equal('');
    const unread = verdict([todo], { ofRole: true, unread: ['stock'] }).markup;
    expect(unread).to.include('stock').and.not.to.include('No faults');
    const fault = verdict([{ ...todo, state: 'fault' }], { ofRole: true, unread: ['stock'] }).markup;
    expect(fault).to.include('1 fault needs').and.to.include('at the moment: stock.');
  });

  it('are read once for all who ask within their age, and again after a failure', async () => {
    let reads = 0;
    const read = readSparingly(60_000, async (isAway: boolean) => {
      reads += 1;
      if (isAway) throw new Error('away');
      return reads;
    });
    expect(await Promise.all([read(false), read(false)])).to.deep.equal([1, 1]);
    const failing = readSparingly(60_000, async () => {
      reads += 1;
      throw new Error('away');
    });
    await failing(true).catch(() => undefined);
    await failing(true).catch(() => undefined);
    expect(reads).to.equal(3);
  });
});
