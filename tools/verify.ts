import { parseArgs } from 'node:util';
import { ConfigError, readConfig } from '../src/infra/config.ts';
import { stripeProvider } from '../src/ports/payments/stripe.ts';
import { openCheckpoint } from './verify/checkpoint.ts';
import { type Violation, verifyDatabase } from './verify/database.ts';
import { verifyProvider } from './verify/provider.ts';
import { chooseServer } from './verify/replica.ts';
import { readTarget } from './verify/target.ts';

const MOST_ROWS = 20;
/** How far back a run compares with the provider that does not check everything, in milliseconds: as reconciliation does. */
const PROVIDER_MS = 30 * 86_400_000;
const USAGE = `usage: bin/verify [--data DIR] [--full] [--no-provider]
  Checks every invariant of the database and prints the violations. After a run that found none, the next one checks what has
  changed since. Writes nothing but this checkpoint; reads from the replica at DATABASE_READ_URL
  if there is one that catches up with the primary within ten seconds; the comparison with the payment provider reads
  the primary.
  --full         checks everything from the first row
  --data DIR     a folder of bin/dev with a run.json; without it DATABASE_URL and the STRIPE_ settings are used
  --no-provider  skips the comparison with the payment provider`;

/** Exit codes: 0 all invariants hold, 1 a violation, 2 wrong usage or an error. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      full: { type: 'boolean', default: false },
      'no-provider': { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return say(USAGE, 0);
  const config = readConfig('verify', values.data ? readTarget(values.data) : process.env);
  const { findings, invariants, extent, since } = await verifySince(config, values.full);
  const apiUrl = config.STRIPE_API_URL;
  const provider = stripeProvider({
    secretKey: config.STRIPE_SECRET_KEY,
    webhookSecret: config.STRIPE_WEBHOOK_SECRET,
    ...(apiUrl && { apiUrl }),
  });
  const compared = values['no-provider']
    ? { findings: [], invariants: 0 }
    : await verifyProvider(config.DATABASE_URL, provider, { since });
  const broken = [...findings, ...compared.findings];
  for (const finding of broken) print(finding);
  const count = invariants + compared.invariants;
  if (broken.length === 0) return say(`all ${count} invariants hold${extent}`, 0);
  return say(`${broken.length} of ${count} invariants do not hold${extent}`, 1);
}

/** Checks what has changed since the checkpoint, or everything; then moves the checkpoint if nothing was found. */
async function verifySince(config: Parameters<typeof chooseServer>[0], isFull: boolean) {
  const checkpoint = await openCheckpoint(config.DATABASE_URL);
  const provenAt = isFull ? null : (checkpoint?.provenAt ?? null);
  const { findings, invariants, checkouts, recordedBefore } = await verifyDatabase(
    await chooseServer(config),
    provenAt,
  );
  await checkpoint?.store({ isClean: findings.length === 0, isFull: provenAt === null, recordedBefore });
  if (provenAt === null) return { findings, invariants, extent: '', since: undefined };
  const extent = ` (${checkouts} checkouts, changed since ${provenAt.toISOString()}; --full checks all)`;
  return { findings, invariants, extent, since: new Date(Date.now() - PROVIDER_MS) };
}

function print({ invariant, rows }: Violation): void {
  console.log(`\n${invariant.name}: ${invariant.says}\n  does not hold for ${rows.length} rows`);
  for (const row of rows.slice(0, MOST_ROWS)) console.log(`  ${JSON.stringify(row)}`);
  if (rows.length > MOST_ROWS) console.log(`  … and ${rows.length - MOST_ROWS} more`);
}

function say(text: string, code: number): number {
  console.log(text);
  return code;
}

main().then(
  (code) => process.exit(code),
  (error: Error) => {
    console.error(error instanceof ConfigError ? error.message : `verify could not run: ${error.message}`);
    process.exit(2);
  },
);
