import { writeFileSync } from 'node:fs';
import { heedSignals, interruption } from './bench/interruption.ts';
import { type Inside, lookAtFunctions, lookAtStatements } from './bench/look.ts';
import { measure, ordersFor, warm } from './bench/measure.ts';
import {
  type BenchOptions,
  readGrowthOptions,
  readOptions,
  readPricingOptions,
  readReadsOptions,
  USAGE,
} from './bench/options.ts';
import { measurePricing, pricingReport } from './bench/pricing/measure.ts';
import { INSPECTABLE, inspectorIn } from './bench/profiler.ts';
import { compare, readBaseline } from './bench/ratio.ts';
import { report } from './bench/report.ts';
import { type Measured, openSite } from './bench/site.ts';
import { openSpanSink } from './bench/span-sink.ts';
import { ownStack, runningStack, type Target } from './bench/target.ts';

const say = (line: string): void => console.log(line);
/** Log lines of our own stack with the addresses of inspectors. */
const inspectors: string[] = [];

heedSignals();
process.exitCode = await main();

async function main(): Promise<number> {
  try {
    const [first, ...rest] = process.argv.slice(2);
    if (first === 'pricing') return pricing(rest);
    if (first === 'reads') return await reads(rest);
    if (first === 'growth') return await growth(rest);
    const options = readOptions(process.argv.slice(2));
    if (options !== 'help') return await run(options);
    say(USAGE);
    return 0;
  } catch (error) {
    if (interruption.aborted) return 130;
    const message = error instanceof Error ? error.message : String(error);
    console.error(`\nbin/bench: ${message}`);
    if (String(error).includes('ERR_PARSE_ARGS') || /^--/.test(message)) console.error(`\n${USAGE}`);
    return 1;
  }
}

/** Measures the pricing engine; it needs no running shop. */
function pricing(argv: string[]): number {
  const options = readPricingOptions(argv);
  if (options === 'help') {
    say(USAGE);
    return 0;
  }
  const figures = measurePricing(options.runs);
  say(pricingReport(figures));
  if (options.jsonFile) writeJson(options.jsonFile, figures);
  return 0;
}

/** Measures reads on a separate stack, because the caches are emptied in between. */
async function reads(argv: string[]): Promise<number> {
  const options = readReadsOptions(argv);
  if (options === 'help') {
    say(USAGE);
    return 0;
  }
  // `--data` must work with production packages, and the load generator is none.
  const { measureReading, READING, readingReport } = await import('./bench/reading.ts');
  const target = await ownStack({ env: READING, isLookedAt: true, log: onLogLine });
  try {
    const figures = await measureReading(target);
    say(readingReport(figures));
    if (options.jsonFile) writeJson(options.jsonFile, figures);
    return figures.reads.every(({ errors }) => errors === 0) ? 0 : 1;
  } finally {
    await target.stop();
  }
}

/** Measures a shop whose number of orders grows, on its own stack. */
async function growth(argv: string[]): Promise<number> {
  const options = readGrowthOptions(argv);
  if (options === 'help') {
    say(USAGE);
    return 0;
  }
  const { growthOrders, measureGrowth } = await import('./bench/growth/measure.ts');
  const { growthReport } = await import('./bench/growth/report.ts');
  const target = await ownStack({ log: onLogLine });
  try {
    const measured = await openSite(target, { settleSeconds: 0 }, growthOrders(options));
    try {
      const sizes = await measureGrowth(measured, options, say);
      say(growthReport(sizes));
      if (options.jsonFile) writeJson(options.jsonFile, sizes);
      return sizes.every(({ isSound }) => isSound) ? 0 : 1;
    } finally {
      await measured.close();
    }
  } finally {
    await target.stop();
  }
}

async function run(options: BenchOptions): Promise<number> {
  const sink = await openSpanSink(options.tracing);
  try {
    return await runOn(await targetOf(options, sink.env), options);
  } finally {
    await sink.close();
  }
}

async function targetOf({ dataDir, profile, statements }: BenchOptions, env: Record<string, string>): Promise<Target> {
  if (dataDir) return runningStack(dataDir);
  return ownStack({ env: { ...env, ...(profile && INSPECTABLE) }, isLookedAt: statements, log: onLogLine });
}

async function runOn(target: Target, options: BenchOptions): Promise<number> {
  try {
    const measured = await openSite(target, options, ordersFor(options));
    try {
      if (options.profile || options.statements) return await inspect(measured, options);
      return await measureAll(measured, options);
    } finally {
      await measured.close();
    }
  } finally {
    await target.stop();
  }
}

async function measureAll(measured: Measured, options: BenchOptions): Promise<number> {
  const figures = await measure(measured, options, say);
  say(report(figures));
  if (options.jsonFile) writeJson(options.jsonFile, figures);
  const { isGood, says } = options.check ? compare(figures, readBaseline()) : { isGood: true, says: '' };
  if (says) say(`\n${says}`);
  return isGood && figures.isSound && figures.levels.every(({ failures }) => failures.length === 0) ? 0 : 1;
}

function writeJson(file: string, figures: object): void {
  writeFileSync(file, `${JSON.stringify(figures, null, 2)}\n`);
}

async function inspect(measured: Measured, options: BenchOptions): Promise<number> {
  await warm(measured, options);
  const { profile, statements } = options;
  if (statements) say(await lookAtStatements(measured, options));
  if (profile) say(await lookAtFunctions(measured, options, inspectorOf(profile)));
  return 0;
}

function inspectorOf(role: Inside['role']): Inside {
  return { role, address: () => inspectors.map((line) => inspectorIn(line, role)).find(Boolean) };
}

function onLogLine(line: string): void {
  if (line.includes('Debugger listening')) inspectors.push(line);
  else if (!line.includes(' | ')) say(line);
}
