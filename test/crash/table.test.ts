import { expect } from 'chai';
import { boundaries } from './boundaries.ts';
import { type Trial, trials } from './campaign.ts';
import { CASES, type Case, EVERY } from './cases.ts';
import { runCase } from './kill-at.ts';

const results = new Map<Case, string>();

const trialOf = (one: Case): Trial => ({
  title: titleOf(one),
  async run(harness) {
    results.set(one, 'FAILED');
    results.set(one, `${((await runCase(harness, one)) / 1_000).toFixed(1)} s`);
  },
});

const titleOf = ({ kills, scenario }: Case): string => `${scenario.name}: ${kills.join(', then ')}`;

describe('a process is killed at a boundary, and the purchase ends as it has to', () => {
  it('every boundary of the source is a case, and no case is without one', () => {
    const tried = new Set(EVERY.flatMap(({ kills }) => kills));
    expect([...tried].sort()).to.deep.equal(boundaries().sort());
  });
  trials(CASES.map(trialOf));
  after('print the table', () => console.log(tableOf(results)));
});

/** Kills by failpoint and scenario, with the time from the last kill to the end of the purchase. */
function tableOf(rows: ReadonlyMap<Case, string>): string {
  const lines = [...rows].map(([{ kills, scenario }, result]) => {
    return `    ${scenario.name.padEnd(26)} ${scenario.ends.padEnd(9)} ${result.padEnd(7)} ${kills.join(', then ')}`;
  });
  const head = `    ${'purchase'.padEnd(26)} ${'ends'.padEnd(9)} ${'after'.padEnd(7)} process and failpoint of the kill`;
  return ['', head, ...lines.sort(), ''].join('\n');
}
