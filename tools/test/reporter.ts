import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { format } from 'node:util';
import Mocha from 'mocha';
import type { LaneResult, Timing } from './specs.ts';

const TEARDOWN_MS = 30_000;
const { Base, Spec } = Mocha.reporters;

/**
 * Mocha's spec reporter with the counts and times for `bin/test`. A skipped test fails unless its title contains the
 * reason, as in `it.skip('prints in colour (skipped: needs a terminal)')`; then it does not count. With parallel lanes
 * (`TEST_BLOCKS`) the output is printed in blocks, one per top-level suite.
 */
export default class LaneReporter extends Spec {
  private readonly result: LaneResult = { passed: 0, failed: 0, timings: [], epilogue: '' };

  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const { result } = this;
    const skipped: string[] = [];
    runner.on('pass', () => {
      result.passed += 1;
    });
    runner.on('fail', () => {
      result.failed += 1;
    });
    runner.on('pending', (test) => {
      if (!/\(skipped: .+\)/.test(test.fullTitle())) skipped.push(test.fullTitle());
    });
    if (process.env.TEST_BLOCKS) printInBlocks(runner);
    takeTimes(runner, result.timings);
    process.on('SIGINT', () => runner.abort());
    runner.once('end', () => {
      result.failed += skipped.length;
      result.epilogue += skipped.map((title) => `  ✖ skipped without a reason: ${title}\n`).join('');
      write(result);
      failWhenNotEnding(result);
    });
  }

  /** Collects the failures, which are printed at the end of all lanes. */
  override epilogue(): void {
    if (this.stats.failures === 0) return;
    const print = Base.consoleLog;
    Base.consoleLog = (...args) => {
      this.result.epilogue += `${format(...args)}\n`;
    };
    Base.list(this.failures);
    Base.consoleLog = print;
  }
}

/** Prints each top-level suite as a whole when it ends, so that the output of parallel lanes stays readable. */
function printInBlocks(runner: Mocha.Runner): void {
  let block = '';
  Base.consoleLog = (...args) => {
    block += `${format(...args)}\n`;
  };
  const flush = () => {
    process.stdout.write(block);
    block = '';
  };
  runner.on('suite end', ({ parent }) => parent?.root && flush());
  runner.once('end', flush);
}

/** Records the total time of each file, and the time of each hook. */
function takeTimes(runner: Mocha.Runner, timings: Timing[]): void {
  const files = new Map<string, Timing>();
  const take = ({ file = '', duration: ms = 0 }: Mocha.Runnable) => {
    const what = file && relative(process.cwd(), file);
    const timing = files.get(what) ?? { what, ms: 0 };
    if (!files.has(what)) timings.push(timing);
    files.set(what, timing);
    timing.ms += ms;
    return what;
  };
  runner.on('test end', take);
  runner.on('hook end', (hook) => {
    const what = take(hook);
    timings.push({ what: `${what}: ${hook.title}`, ms: hook.duration ?? 0 });
  });
}

function write(result: LaneResult): void {
  if (process.env.TEST_RESULT_FILE) writeFileSync(process.env.TEST_RESULT_FILE, JSON.stringify(result));
}

/**
 * Fails the run if the process does not end after the teardown. The timer itself does not keep the process alive. Mocha
 * sets the exit code at the very end, so the failure is reported through the counts.
 */
function failWhenNotEnding(result: LaneResult): void {
  setTimeout(() => {
    const left = process.getActiveResourcesInfo().filter((kind) => kind !== 'TTYWrap' && kind !== 'PipeWrap');
    const epilogue = `${result.epilogue}  ✖ the tests left something running: ${left.join(', ')}\n`;
    write({ ...result, failed: result.failed + 1, epilogue });
    process.exit(1);
  }, TEARDOWN_MS).unref();
}
