import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';
import type { Counts } from './specs.ts';

const TEARDOWN_MS = 30_000;

/**
 * Mocha's spec reporter, plus what `bin/test` counts by. A skipped test fails unless its title gives the reason, as in
 * `it.skip('prints in colour (skipped: needs a terminal)')`: then it is shown and does not count.
 */
export default class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    let [passed, failed] = [0, 0];
    const skipped: string[] = [];
    runner.on('pass', () => {
      passed += 1;
    });
    runner.on('fail', () => {
      failed += 1;
    });
    runner.on('pending', (test) => {
      if (!/\(skipped: .+\)/.test(test.fullTitle())) skipped.push(test.fullTitle());
    });
    runner.once('end', () => {
      for (const title of skipped) console.log(`  ✖ skipped without a reason: ${title}`);
      const counts = { passed, failed: failed + skipped.length };
      writeCounts(counts);
      failWhenNotEnding(() => writeCounts({ ...counts, failed: counts.failed + 1 }));
    });
  }
}

function writeCounts(counts: Counts): void {
  if (process.env.TEST_COUNTS_FILE) writeFileSync(process.env.TEST_COUNTS_FILE, JSON.stringify(counts));
}

/**
 * The timer keeps nothing alive: it fires only when something else does, long after the last test and the teardown.
 * Mocha sets the exit code itself at the very end, so the failure is told by the counts.
 */
function failWhenNotEnding(fail: () => void): void {
  setTimeout(() => {
    const left = process.getActiveResourcesInfo().filter((kind) => kind !== 'TTYWrap' && kind !== 'PipeWrap');
    console.log(`  ✖ the tests left something running: ${left.join(', ')}`);
    fail();
    process.exit(1);
  }, TEARDOWN_MS).unref();
}
