import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** A check that counts as one test. */
export interface Step {
  name: string;
  command: string;
  args: string[];
  env?: Record<string, string>;
  /** Skipped while this file does not exist. */
  needs?: string;
  /** Whether its output is printed after its name when it passes. */
  printsOutput?: boolean;
}

export const STEPS: Step[] = [
  // One thread avoids computing the same types several times; GOGC=400 trades memory for less garbage collection.
  {
    name: 'types (tsc)',
    command: 'tsc',
    args: ['--noEmit', '--pretty', 'false', '--singleThreaded'],
    env: { GOGC: '400' },
  },
  { name: 'format and lint (biome)', command: 'biome', args: ['check', '--max-diagnostics=50', '.'] },
  {
    name: 'migrations match the entities',
    command: 'node',
    args: ['tools/migration-check.ts'],
    needs: 'tools/migration-check.ts',
  },
  {
    name: 'known vulnerabilities (npm audit)',
    command: 'node',
    args: ['tools/dependency-check.ts', 'audit'],
    printsOutput: true,
  },
  { name: 'licences of what production uses', command: 'node', args: ['tools/dependency-check.ts', 'licences'] },
];

/** Runs a check with the tools in node_modules. Returns its report if it failed, which is printed after all tests. */
export async function runStep(step: Step, root: string): Promise<string | undefined> {
  const startedAt = performance.now();
  const { code, output } = await capture(step, root);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  const suffix = code === 0 && step.printsOutput ? `: ${output.trim()}` : '';
  console.log(`  ${code === 0 ? '✔' : '✖'} ${step.name}${suffix} (${seconds} s)`);
  return code === 0 ? undefined : `\n  ✖ ${step.name}\n${output.replace(/^/gm, '      ')}\n`;
}

export function applies(step: Step, root: string): boolean {
  return !step.needs || existsSync(join(root, step.needs));
}

function capture(step: Step, root: string): Promise<{ code: number | null; output: string }> {
  const child = spawn(join(root, 'node_modules', '.bin', step.command), step.args, {
    cwd: root,
    env: { ...process.env, ...step.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const take = (chunk: Buffer) => {
    output += chunk.toString('utf8');
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  return new Promise((done) => {
    child.once('error', (error) => done({ code: null, output: error.message }));
    child.once('close', (code) => done({ code, output }));
  });
}
