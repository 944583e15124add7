import { execFile } from 'node:child_process';
import { z } from 'zod';

/** What is known to be wrong with the packages; `why` says why nobody could tell. */
export type Audit = { answered: true; findings: string[] } | { answered: false; why: string };

const GRAVE = ['high', 'critical'];
/** Whoever works offline by his own settings would be told of no finding instead of no answer. */
const ARGS = ['audit', '--omit=dev', '--audit-level=high', '--json', '--no-offline', '--fetch-retries=0'];

const Cause = z.union([z.string(), z.object({ title: z.string(), url: z.string() })]);
const RecoveryRule = z.object({ severity: z.string(), range: z.string(), via: z.array(Cause) });
const Report = z.object({ auditReportVersion: z.literal(2), vulnerabilities: z.record(z.string(), RecoveryRule) });
const Refusal = z.union([
  z.object({ message: z.string() }).transform(({ message }) => message),
  z.object({ error: z.object({ summary: z.string() }) }).transform(({ error }) => error.summary),
]);

/** Asks the registry about the packages of the lock file in `root` and waits for it no longer than `withinMs`. */
export function audit(root: string, { withinMs = 30_000, env = process.env } = {}): Promise<Audit> {
  const limits = { timeout: withinMs, killSignal: 'SIGKILL', maxBuffer: 64 * 1024 * 1024 } as const;
  return new Promise((done) => {
    execFile('npm', ARGS, { cwd: root, env, ...limits }, (error, stdout) => {
      if (error?.killed) done({ answered: false, why: `no answer within ${withinMs / 1000} s` });
      else if (error?.code === 'ENOENT') done({ answered: false, why: 'npm is missing' });
      else done(readAudit(stdout)); // npm fails also when all it has to say is what it found
    });
  });
}

/** Reads what `npm audit --json` prints; whatever is no report counts as no answer. */
export function readAudit(output: string): Audit {
  const said = json(output);
  const report = Report.safeParse(said);
  if (!report.success) return { answered: false, why: Refusal.safeParse(said).data ?? 'no report came' };
  const grave = Object.entries(report.data.vulnerabilities).filter(([, { severity }]) => GRAVE.includes(severity));
  const findings = grave.map(([name, { severity, range, via }]) => {
    const causes = via.map((cause) => (typeof cause === 'string' ? `through ${cause}` : `${cause.title} ${cause.url}`));
    return `${name} ${range} (${severity}): ${causes.join('; ')}`;
  });
  return { answered: true, findings };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
