import { resolve } from 'node:path';
import { audit } from './test/audit.ts';
import { licenceProblems } from './test/licences.ts';

const ROOT = resolve(import.meta.dirname, '..');
const CHECKS: Record<string, () => number | Promise<number>> = { audit: checkAudit, licences: checkLicences };
const [name = ''] = process.argv.slice(2);

process.exitCode =
  (await CHECKS[name]?.()) ?? fail([`Usage: bin/run dependency-check ${Object.keys(CHECKS).join('|')}`]);

/** Checks for vulnerabilities. An unreachable registry is reported, but the check passes. */
async function checkAudit(): Promise<number> {
  const result = await audit(ROOT);
  if (result.answered && result.findings.length > 0) return fail(result.findings);
  console.log(
    result.answered
      ? 'no vulnerabilities of level high or critical'
      : `not checked, the registry did not answer: ${result.why}`,
  );
  return 0;
}

function checkLicences(): number {
  const problems = licenceProblems(ROOT);
  return problems.length === 0 ? 0 : fail([...problems, 'What is allowed, and exceptions: tools/test/licences.ts']);
}

function fail(lines: string[]): number {
  for (const line of lines) console.error(line);
  return 1;
}
