import { resolve } from 'node:path';
import { type Counts, findSpecs, runSpecs } from './test/specs.ts';
import { applies, runStep, STEPS } from './test/steps.ts';

const ROOT = resolve(import.meta.dirname, '..');
const USAGE = `Usage: bin/test [PATTERN]

Type check, lint, migration check and all tests; with a PATTERN only the test files whose path contains it.`;

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  const [pattern] = args;
  if (args.length > 1 || pattern?.startsWith('-')) {
    console.log(USAGE);
    return pattern === '--help' || pattern === '-h' ? 0 : 1;
  }
  const startedAt = performance.now();
  const counts = pattern ? await matching(pattern) : sum(await checks(), await runSpecs(findSpecs(ROOT), ROOT));
  console.log(`\n${((performance.now() - startedAt) / 1000).toFixed(0)} s in all`);
  console.log(`${counts.passed} passed, ${counts.failed} failed`);
  return counts.failed === 0 && counts.passed > 0 ? 0 : 1;
}

async function matching(pattern: string): Promise<Counts> {
  const specs = findSpecs(ROOT, pattern.replace(/^\.\//, ''));
  if (specs.length > 0) return runSpecs(specs, ROOT);
  console.log(`no test file has "${pattern}" in its path`);
  return { passed: 0, failed: 1 };
}

async function checks(): Promise<Counts> {
  const counts = { passed: 0, failed: 0 };
  console.log('\n  checks');
  for (const step of STEPS.filter((one) => applies(one, ROOT))) {
    counts[(await runStep(step, ROOT)) ? 'passed' : 'failed'] += 1;
  }
  return counts;
}

function sum(one: Counts, other: Counts): Counts {
  return { passed: one.passed + other.passed, failed: one.failed + other.failed };
}
