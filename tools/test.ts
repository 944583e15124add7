import { resolve } from 'node:path';
import { bundle } from './build/bundle.ts';
import { watchFolders } from './dev/watch.ts';
import { readOptions, type TestOptions, USAGE } from './test/options.ts';
import { measurePace } from './test/pace.ts';
import { slowestOf } from './test/report.ts';
import { makeRoom } from './test/room.ts';
import { startServers, type TestServers } from './test/servers.ts';
import { findSpecs, LANES, type LaneResult, lanesOf, runLanes } from './test/specs.ts';
import { applies, runStep, STEPS } from './test/steps.ts';

const ROOT = resolve(import.meta.dirname, '..');
/** Below node_modules, so that the bundle finds the external packages. */
const BUNDLE = resolve(ROOT, 'node_modules', '.cache', 'bundle');
const WATCHED = ['src', 'test', 'tools'].map((folder) => resolve(ROOT, folder));

let servers: TestServers | undefined;
const removeRoom = makeRoom();
const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupted.abort());

process.exitCode = await main();

async function main(): Promise<number> {
  try {
    const options = readOptions(process.argv.slice(2));
    if (options === 'help') console.log(USAGE);
    else if (options.watch) await watch(options);
    else return (await runOnce(options)) ? 0 : 1;
    return 0;
  } catch (error) {
    if (interrupted.signal.aborted) return 130;
    tell(error);
    return 1;
  } finally {
    await servers?.stop().catch(tell);
    removeRoom();
  }
}

/** Runs checks, then tests; with patterns only the tests. Returns whether all passed. */
async function runOnce(options: TestOptions): Promise<boolean> {
  const startedAt = performance.now();
  const specs = findSpecs(ROOT, options.patterns);
  const rounds = lanesOf(specs, options.all || Boolean(process.env.FAULT_MINUTES));
  // Measure the machine before our own processes keep it busy.
  const pace = await measurePace();
  interrupted.signal.throwIfAborted();
  if (specs.length === 0) console.log(`no test file contains "${options.patterns.join('" or "')}" in its path`);
  const isPrepared = rounds.length > 0 ? prepare() : undefined;
  isPrepared?.catch(() => undefined);
  const noChecks = { passed: 0, failed: specs.length === 0 ? 1 : 0, epilogue: '' };
  const checked = options.patterns.length === 0 ? await runSteps() : noChecks;
  const continues = specs.length > 0 && !(options.bail && checked.failed > 0);
  const main = await isPrepared;
  const results = continues && main ? await runTests(rounds, { ...options, main, pace }) : [];
  const all = [checked, ...results];
  for (const { epilogue } of all) process.stdout.write(epilogue);
  const [passed, failed] = [sum(all.map((one) => one.passed)), sum(all.map((one) => one.failed))];
  console.log(['\n  the slowest lanes, test files and hooks', ...slowestOf(results, options.slow)].join('\n'));
  console.log(`\n${((performance.now() - startedAt) / 1_000).toFixed(0)} s in all`);
  if (continues && passed + failed === 0) console.log('nothing was run: these tests are slow tests (use --all)');
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0 && !interrupted.signal.aborted;
}

async function runSteps() {
  console.log('\n  checks');
  const outcomes = await Promise.all(STEPS.filter((one) => applies(one, ROOT)).map((step) => runStep(step, ROOT)));
  const reports = outcomes.filter((report) => report !== undefined);
  return { passed: outcomes.length - reports.length, failed: reports.length, epilogue: reports.join('') };
}

/** Starts the servers if they do not run yet. @returns the file to start processes of stacks with */
async function prepare(): Promise<string> {
  servers ??= await startServers(LANES);
  return bundle(BUNDLE);
}

async function runTests(rounds: string[][][], options: TestOptions & { main: string; pace: number }) {
  const { pace } = options;
  if (pace > 1.2) console.log(`\n  this machine is slow at the moment: deadlines are ${pace.toFixed(1)} times as long`);
  interrupted.signal.throwIfAborted();
  const results: LaneResult[] = [];
  for (const lanes of rounds) {
    if (!servers) throw new Error('the servers of the tests do not run');
    results.push(...(await runLanes(lanes, { ...options, root: ROOT, servers, signal: interrupted.signal })));
    if (options.bail && results.some(({ failed }) => failed > 0)) break;
  }
  return results;
}

/** Runs again after every change, on the same servers and schema, until it is interrupted. */
async function watch(options: TestOptions): Promise<void> {
  const run = async () => {
    await runOnce(options).catch(tell);
    if (!interrupted.signal.aborted) console.log('\nwaiting for changes; Ctrl-C ends it');
  };
  const first = Promise.withResolvers<void>();
  const end = watchFolders(WATCHED, async (file) => {
    await first.promise;
    console.log(`\n${file} changed`);
    await run();
  });
  await run();
  first.resolve();
  if (!interrupted.signal.aborted) {
    await new Promise<void>((done) => interrupted.signal.addEventListener('abort', () => done()));
  }
  end();
}

function tell(error: unknown): void {
  const isUsage = String(error).includes('ERR_PARSE_ARGS') || String(error).includes('--timeout');
  console.error(`bin/test: ${error instanceof Error ? error.message : error}${isUsage ? `\n\n${USAGE}` : ''}`);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
