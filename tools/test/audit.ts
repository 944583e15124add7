import { execFile } from 'node:child_process';
import { z } from 'zod';

/** The known vulnerabilities of the packages; `why`: the reason for no answer. */
export type Audit = { answered: true; findings: string[] } | { answered: false; why: string };

const SEVERE_LEVELS = ['high', 'critical'];
/** `--no-offline`: with offline settings npm would report no vulnerabilities instead of no answer. */
const ARGS = ['audit', '--omit=dev', '--audit-level=high', '--json', '--no-offline', '--fetch-retries=0'];

const Cause = z.union([z.string(), z.object({ title: z.string(), url: z.string() })]);
const Vulnerability = z.object({ severity: z.string(), range: z.string(), via: z.array(Cause) });
const Report = z.object({ auditReportVersion: z.literal(2), vulnerabilities: z.record(z.string(), Vulnerability) });
const Refusal = z.union([
  z.object({ message: z.string() }).transform(({ message }) => message),
  z.object({ error: z.object({ summary: z.string() }) }).transform(({ error }) => error.summary),
]);

/** Asks the registry about the packages of the lock file in `root`, for at most `withinMs` milliseconds. */
export function audit(root: string, { withinMs = 30_000, env = process.env } = {}): Promise<Audit> {
  const limits = { timeout: withinMs, killSignal: 'SIGKILL', maxBuffer: 64 * 1024 * 1024 } as const;
  return new Promise((done) => {
    execFile('npm', ARGS, { cwd: root, env, ...limits }, (error, stdout) => {
      if (error?.killed) done({ answered: false, why: `no answer within ${withinMs / 1000} s` });
      else if (error?.code === 'ENOENT') done({ answered: false, why: 'npm is missing' });
      else done(readAudit(stdout)); // npm also exits with an error when it reports vulnerabilities
    });
  });
}

/** Parses the output of `npm audit --json`; anything but a report counts as no answer. */
export function readAudit(output: string): Audit {
  const parsed = json(output);
  const report = Report.safeParse(parsed);
  if (!report.success) return { answered: false, why: Refusal.safeParse(parsed).data ?? 'no report came' };
  const severe = Object.entries(report.data.vulnerabilities).filter(([, { severity }]) =>
    SEVERE_LEVELS.includes(severity),
  );
  const findings = severe.map(([name, { severity, range, via }]) => {
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
