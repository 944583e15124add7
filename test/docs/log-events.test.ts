import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect } from 'chai';
import { isFailure } from '../../src/infra/observability/log.ts';
import { FAILURES } from '../../src/main/shop-metrics.ts';
import { repositoryTexts } from '../architecture/sources.ts';
import { documentedEvents, eventsIn } from './log-events.ts';

/** Ends the process before anybody could count it, or happens before the metrics are served. */
const UNCOUNTED = ['process.event_loop.stuck', 'process.start.failed'];

describe('the page of log events', () => {
  const page = readFileSync(resolve(import.meta.dirname, '../../docs/log-events.md'), 'utf8');
  const documented = documentedEvents(page);
  const sources = Object.fromEntries(Object.entries(repositoryTexts()).filter(([path]) => path.startsWith('src/')));

  it('has every event of the source, and no other', () => {
    expect([...documented.keys()].sort()).to.deep.equal(eventsIn(sources));
  });

  it('has the failures at the level error, and the metrics count each of them from 0', () => {
    const failures = [...documented].filter(([, level]) => level === 'error').map(([name]) => name);
    expect(failures).to.deep.equal([...documented.keys()].filter(isFailure));
    expect(FAILURES).to.have.members(failures.filter((name) => !UNCOUNTED.includes(name)));
  });

  it('has names without blanks, of a thing and what happened to it', () => {
    for (const name of documented.keys()) expect(name).to.match(/^[a-z_]+(\.[a-z_-]+)+$/);
  });

  it('would miss an event that is new, also one that a variable names', () => {
    const planted = {
      'src/a.ts': "const name = isBad ? 'a.failed' : 'a.done';\nobserve(name, {});\nobserve('b.made');",
    };
    expect(eventsIn(planted)).to.deep.equal(['a.done', 'a.failed', 'b.made']);
  });
});
