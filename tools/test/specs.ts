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

/**
 * Runs the spec files one after the other in one mocha process, which must end by itself. Whatever ends it otherwise
 * (a hook before all tests, a crash, something left running) is one more failure.
 */
export async function runSpecs(specs: string[], root: string): Promise<Counts> {
  const folder = mkdtempSync(join(tmpdir(), 'vcecom-test-'));
  const result = join(folder, 'counts.json');
  const hooks = existsSync(join(root, 'test', 'hooks.ts')) ? ['--require', './test/hooks.ts'] : [];
  const args = [...hooks, '--reporter', './tools/test/reporter.ts', ...specs];
  const child = spawn(join(root, 'node_modules', '.bin', 'mocha'), args, {
    cwd: root,
    env: { ...process.env, NODE_ENV: 'test', TEST_COUNTS_FILE: result },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const forward = () => void child.kill('SIGTERM');
  process.once('SIGTERM', forward);
  const code = await new Promise<number | null>((done, fail) => child.once('error', fail).once('exit', done));
  process.off('SIGTERM', forward);
  const counts: Counts = existsSync(result) ? JSON.parse(readFileSync(result, 'utf8')) : { passed: 0, failed: 0 };
  rmSync(folder, { recursive: true, force: true });
  if (code === 0 || counts.failed > 0) return counts;
  console.log(`  ✖ mocha ended with ${code === null ? 'a signal' : `exit code ${code}`} although no test failed`);
  return { ...counts, failed: 1 };
}
