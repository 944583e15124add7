import { spawn } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What the reporter writes at the end of a run. */
export interface Counts {
  passed: number;
  failed: number;
}

/** All spec files, or those whose path contains the pattern. */
export function findSpecs(root: string, pattern = ''): string[] {
  return globSync('test/**/*.test.ts', { cwd: root })
    .filter((file) => file.includes(pattern))
    .sort();
}

/** Tests that mostly wait for locks to run out, on stands of their own: they go on beside all others. */
const BESIDE = 'test/crash/';

/** Runs the spec files in two lanes, each with servers of its own; what the second says is printed when the first has ended. */
export async function runLanes(specs: string[], root: string): Promise<Counts[]> {
  const [beside, rest] = [
    specs.filter((file) => file.startsWith(BESIDE)),
    specs.filter((file) => !file.startsWith(BESIDE)),
  ];
  const lanes = [rest, beside].filter((lane) => lane.length > 0);
  const said: Buffer[] = [];
  const counts = await Promise.all(
    lanes.map((lane, index) => runSpecs(lane, root, index === 0 ? undefined : (chunk) => said.push(chunk))),
  );
  process.stdout.write(Buffer.concat(said));
  return counts;
}

/**
 * Runs the spec files one after the other in one mocha process, which must end by itself. Whatever ends it otherwise
 * (a hook before all tests, a crash, something left running) is one more failure. `hear` gets what it prints.
 */
async function runSpecs(specs: string[], root: string, hear?: (chunk: Buffer) => void): Promise<Counts> {
  const folder = mkdtempSync(join(tmpdir(), 'vcecom-test-'));
  const result = join(folder, 'counts.json');
  const hooks = existsSync(join(root, 'test', 'hooks.ts')) ? ['--require', './test/hooks.ts'] : [];
  const args = [...hooks, '--reporter', './tools/test/reporter.ts', ...specs];
  const child = spawn(join(root, 'node_modules', '.bin', 'mocha'), args, {
    cwd: root,
    env: { ...process.env, NODE_ENV: 'test', TEST_COUNTS_FILE: result },
    stdio: ['ignore', hear ? 'pipe' : 'inherit', hear ? 'pipe' : 'inherit'],
  });
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => hear?.(chunk));
  const forward = () => void child.kill('SIGTERM');
  process.once('SIGTERM', forward);
  const code = await new Promise<number | null>((done, fail) => child.once('error', fail).once('close', done));
  process.off('SIGTERM', forward);
  const counts: Counts = existsSync(result) ? JSON.parse(readFileSync(result, 'utf8')) : { passed: 0, failed: 0 };
  rmSync(folder, { recursive: true, force: true });
  if (code === 0 || counts.failed > 0) return counts;
  const how = code === null ? 'a signal' : `exit code ${code}`;
  console.log(`  ✖ mocha ended with ${how} although no test failed, while it ran ${specs[0]} and others`);
  return { ...counts, failed: 1 };
}
