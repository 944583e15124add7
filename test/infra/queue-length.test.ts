import { expect } from 'chai';
import pg from 'pg';
import { estimateWait } from '../../src/infra/database/connections/queue-length.ts';

const SECOND_MS = 1_000;

describe('the estimated wait for a connection', () => {
  const clock = performance.now;
  let now = 0;
  let pool: pg.Pool;
  let waitSeconds: (others: number) => number;
  beforeEach(() => {
    performance.now = () => now;
    pool = new pg.Pool();
    waitSeconds = estimateWait(pool);
  });
  afterEach(() => {
    performance.now = clock;
  });

  const release = (times: number) => {
    for (let time = 0; time < times; time++) pool.emit('release', new Error(), new pg.Client());
  };

  it('follows the rate at which connections became free in the last seconds', () => {
    for (let second = 0; second < 12; second++) {
      now += SECOND_MS;
      release(10);
    }
    expect(waitSeconds(20)).to.equal(2);
  });

  it('is not that of the quiet time before', () => {
    release(10);
    now += 60 * SECOND_MS;
    release(10);
    expect(waitSeconds(20)).to.equal(2);
    now += SECOND_MS;
    release(10);
    expect(waitSeconds(20)).to.equal(1);
  });
});
