import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestOptions } from './options.ts';
import type { TestServers } from './servers.ts';

/** The duration of a lane, test file or hook, in milliseconds. */
export interface Timing {
  what: string;
  ms: number;
}

/** The result that the reporter of a lane writes at its end. */
export interface LaneResult {
  passed: number;
  failed: number;
  timings: Timing[];
  /** Mocha's report of the failures. */
  epilogue: string;
}

export interface LaneOptions extends Pick<TestOptions, 'all' | 'bail' | 'timeoutMs'> {
  root: string;
  servers: TestServers;
  /** The file to start processes of stacks with. */
  main: string;
  /** The factor for deadlines (see `measurePace`). */
  pace: number;
  signal: AbortSignal;
}

/** Returns all test files, or those whose path contains one of the patterns. */
export function findSpecs(root: string, patterns: readonly string[] = []): string[] {
  return globSync('test/**/*.test.ts', { cwd: root })
    .filter((file) => patterns.length === 0 || patterns.some((pattern) => file.includes(pattern)))
    .sort();
}

export const LANES = 2;
const GRACE_MS = 30_000;

/** Test files of the second lane, which take about as long as all others. */
const SECOND_LANE = /^test\/(api|browser|tools|workers)\//;

/** Tests that use the whole machine: each folder runs alone, because their time limits are for a machine that is not
 * used by other tests. */
const ALONE = [/^test\/crash\//, /^test\/topologies\//, /^test\/endurance\//];

/** Folders with slow tests only: loading them for nothing takes seconds. */
const SLOW = /^test\/(topologies|endurance)\//;

/**
 * Returns the rounds to run one after the other: first two lanes, which use two cores and end at about the same time,
 * then the tests that run alone. Without `runsSlow` the folders with slow tests only are left out.
 */
export function lanesOf(files: readonly string[], runsSlow: boolean): string[][][] {
  const specs = files.filter((file) => runsSlow || !SLOW.test(file));
  const rest = specs.filter((file) => !ALONE.some((folder) => folder.test(file)));
  const lanes = [rest.filter((file) => !SECOND_LANE.test(file)), rest.filter((file) => SECOND_LANE.test(file))];
  return [lanes, ...ALONE.map((folder) => [specs.filter((file) => folder.test(file))])]
    .map((round) => round.filter((lane) => lane.length > 0))
    .filter((round) => round.length > 0);
}

/**
 * Runs the lanes in parallel, each in a mocha process that must end by itself. Any other end (a failed root hook, a
 * crash, something left running) counts as one more failure.
 */
export async function runLanes(lanes: readonly string[][], options: LaneOptions): Promise<LaneResult[]> {
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  return Promise.all(
    lanes.map(async (specs, lane) => {
      const blocks = lanes.length > 1;
      const result = await runLane(specs, { ...options, signal, lane, blocks });
      if (options.bail && result.failed > 0) failed.abort();
      return result;
    }),
  );
}

async function runLane(specs: string[], options: LaneOptions & { lane: number; blocks: boolean }): Promise<LaneResult> {
  const folder = mkdtempSync(join(tmpdir(), 'vcecom-lane-'));
  const file = join(folder, 'result.json');
  const startedAt = performance.now();
  const child = spawnMocha(specs, file, options);
  // On SIGINT the reporter ends the run after the current test, so that its hooks can clean up.
  const stop = () => {
    child.kill('SIGINT');
    setTimeout(() => child.kill('SIGKILL'), GRACE_MS).unref();
  };
  options.signal.addEventListener('abort', stop);
  if (options.signal.aborted) stop();
  const code = await new Promise<number | null>((done, fail) => child.once('error', fail).once('exit', done));
  options.signal.removeEventListener('abort', stop);
  const none: LaneResult = { passed: 0, failed: 0, timings: [], epilogue: '' };
  const isWritten = existsSync(file);
  const result: LaneResult = isWritten ? JSON.parse(readFileSync(file, 'utf8')) : none;
  rmSync(folder, { recursive: true, force: true });
  result.timings.push({ what: `all of ${foldersOf(specs)}`, ms: performance.now() - startedAt });
  if ((code === 0 && isWritten) || result.failed > 0 || options.signal.aborted) return result;
  const how = code === null ? 'a signal' : `exit code ${code}`;
  return { ...result, failed: 1, epilogue: `  ✖ mocha ended with ${how} although no test failed\n` };
}

/** The folders below test/ with these files, to compare the times of lanes. */
const foldersOf = (specs: readonly string[]): string =>
  [...new Set(specs.map((file) => file.split('/', 2).join('/')))].join(', ');

function spawnMocha(
  specs: string[],
  resultFile: string,
  { root, servers, main, pace, lane, blocks, all, bail, timeoutMs }: LaneOptions & { lane: number; blocks: boolean },
): ChildProcess {
  const args = ['--require', './test/hooks.ts', '--reporter', './tools/test/reporter.ts', ...(bail ? ['--bail'] : [])];
  // The stacks of the tests choose their servers themselves.
  const { DATABASE_URL: _, REDIS_URL: __, DATABASE_READ_URL: ___, ...env } = process.env;
  return spawn(join(root, 'node_modules', '.bin', 'mocha'), [...args, '--timeout', String(timeoutMs), ...specs], {
    cwd: root,
    env: {
      ...env,
      ...servers.env(lane),
      NODE_ENV: 'test',
      TEST_RESULT_FILE: resultFile,
      TEST_MAIN: main,
      TEST_PACE: String(pace),
      TEST_ALL: all ? '1' : '',
      TEST_BLOCKS: blocks ? '1' : '',
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}
